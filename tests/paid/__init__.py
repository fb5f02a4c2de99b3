"""Paid engines against the emulator: through the real SDK, on real rows, with every create counted.

Which test shows which fault of reference/reliability.md section 4. Paths are within tests/; `rows` names the table of
`paid/test_faults.py::test_each_fault_ends_where_it_should`, whose rows have the number of the fault in their name.

F1   rows; paid/test_robust.py::test_a_refused_request_says_what_to_change;
     engines/test_answers.py::test_a_refusal_names_the_control_that_the_provider_names
F2   rows; paid/test_closed.py::test_what_a_region_is_refused_is_not_offered_or_sent_there_again
F3   rows; paid/test_sorted.py, paid/test_keys_looked_at.py (a guess is proven by a look);
     paid/test_pauses.py::test_a_refused_key_closes_its_door_and_what_waits_in_line_is_kept
F4   rows; engines/test_models.py::test_every_id_leads_to_a_model_that_is_offered_behind_the_same_door
F5   rows
F6   engines/test_waits.py::TestLooks::test_an_id_is_given_up_that_was_unknown_for_ten_minutes;
     its money as of F25
F7   rows; paid/test_robust.py::test_an_unconfirmed_attempt_keeps_the_status_that_came
F8   paid/test_faults.py::test_a_rate_limit_is_waited_for_with_a_new_attempt_on_the_same_money;
     paid/test_pauses.py::test_a_door_that_asks_to_wait_holds_back_its_other_steps
F9   paid/test_faults.py::test_a_quota_of_the_day_pauses_the_step_and_keeps_its_money;
     paid/test_pauses.py::test_the_card_names_until_when_it_waits
F10  rows; paid/test_faults.py::test_a_busy_provider_is_tried_three_more_times
F11  rows; engines/test_waits.py::TestLooks
F12  paid/test_faults.py::test_a_provider_that_cannot_be_reached_is_never_sent_anything;
     engines/test_creates.py::TestCreates::test_a_host_that_lets_nobody_in_was_sent_nothing
F13  engines/test_creates.py::TestCreates::test_an_answer_after_its_time_is_a_doubt_about_work_that_is_there;
     paid/test_hooks.py::test_a_lost_answer_is_found_again_by_its_hook_and_paid_once
F14  rows; paid/test_faults.py::test_a_lost_answer_is_never_sent_again_by_itself
F15  cannot happen: nothing is streamed; a look that is cut is a row of F11
F16  rows; paid/test_robust.py::test_a_damaged_result_is_fetched_five_times_and_never_made_again;
     engines/test_damaged_answers.py::TestLookedAtAgain
F17  paid/test_fetched.py::test_a_still_in_place_of_a_clip_is_kept_and_named;
     engines/test_damaged_answers.py::TestOtherKind
F18  rows; paid/test_kept_open.py::test_an_address_that_is_refused_is_asked_for_again_while_the_provider_knows_the_work
F19  paid/test_remembered.py::test_a_file_that_is_read_for_too_long_says_so;
     engines/test_waits.py::TestAgain::test_what_does_not_pass_in_time_says_why
F20  paid/test_robust.py::test_a_file_that_failed_is_uploaded_once_more;
     paid/test_remembered.py::test_a_file_that_the_provider_cannot_read_is_forgotten
F21  paid/test_sorted.py::test_an_edit_whose_parent_is_gone_is_an_expired_chain_that_is_offered_no_more;
     paid/test_workspace.py::test_a_chain_that_is_lost_before_its_time_is_folded_with_the_change_that_was_asked
F22  rows; engines/test_answers.py::test_a_refusal_and_a_failed_end_name_the_same_cause
F23  rows (F22 an output that is blocked);
     paid/test_kept_open.py::test_what_came_before_a_result_was_blocked_is_kept_and_charged
F24  engines/test_damaged_answers.py::TestOddEnds
F25  paid/test_late.py::test_work_that_took_too_long_is_looked_at_each_hour_and_goes_on_when_it_is_done;
     test_usual.py (the word on what takes longer than usual)
F26  views/test_words_of_forms.py; test_render.py::test_what_cannot_be_done_is_refused_in_one_sentence
F27  paid/test_cancelled.py::test_before_anything_is_sent_it_costs_nothing
F28  paid/test_cancelled.py::test_while_the_create_is_under_way_the_answer_is_awaited_and_its_work_cancelled
F29  paid/test_cancelled.py::test_work_that_is_done_already_is_kept_and_says_so
F30  paid/test_kill.py::test_a_server_that_dies_at_a_line_loses_nothing_and_pays_once (before line 4)
F31  the same (after line 4); paid/test_hooks.py::test_a_lost_answer_is_found_again_by_its_hook_and_paid_once
F32  paid/test_kill.py::test_a_server_that_dies_while_the_provider_has_the_word_loses_nothing (while polling)
F33  the same (in the middle of the download); F30's test (after the download, before line 7);
     paid/test_resumed.py::test_a_server_that_is_killed_goes_on_after_its_restart
F34  paid/test_kill.py::test_a_server_that_is_told_to_stop_while_polling_hands_back_at_once
F35  paid/test_kill.py::test_a_server_that_is_told_to_stop_waits_for_the_answer_to_a_create
F44  paid/test_hooks.py::test_a_hook_that_comes_again_changes_nothing;
     test_states.py::test_of_two_runners_one_gets_the_step; test_run.py::test_two_runners_of_one_step_make_one_result
F45  test_run.py::test_a_poison_step_stops_after_three_take_overs;
     paid/test_unconfirmed.py::test_a_step_that_keeps_ending_while_it_sends_is_asked_about_too
F46  paid/test_workspace.py::test_a_dearer_price_is_asked_about_again, test_a_receipt_names_what_was_billed
F47  rows (F11 a look without a key);
     engines/test_waits.py::TestLooks::test_a_key_that_was_replaced_while_a_clip_is_made_shows_on_the_card;
     paid/test_pauses.py::test_what_waits_for_a_key_goes_on_with_it
F48  test_pool.py::test_a_killed_child_is_a_fault, test_too_much_memory_is_a_sentence_and_the_child_lives; F30 to F33
F50  server/test_left.py::test_a_slice_that_is_cut_off_leaves_no_row_and_no_file
"""
