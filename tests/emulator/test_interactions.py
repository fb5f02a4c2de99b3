"""The emulated Interactions API, driven by the real SDK."""

from __future__ import annotations

import base64
import io

import av
import pytest
from google import genai
from google.genai._interactions import BadRequestError, NotFoundError
from PIL import Image

from tests.emulator import Emulator, Pace, media
from tests.emulator.asking import NANO, OMNI, SMALL, a_clip, client_of, image_part, picture, video, video_part

LONG = Pace(video=3600)


def colour_of(data: bytes) -> tuple[int, ...]:
    """Return the colour in the middle of a clip's first frame."""
    with av.open(io.BytesIO(data)) as container:
        shown = next(container.decode(video=0)).to_image()
    found = shown.getpixel((shown.width // 2, shown.height // 2))
    assert isinstance(found, tuple)
    return found


def lasts(data: bytes, seconds: float, size: tuple[int, int]) -> bool:
    """Return whether a clip has these seconds and this size."""
    found, pixels = media.clip_facts(data)
    return abs(found - seconds) < 0.05 and pixels == size


def test_words_become_a_clip_of_the_asked_seconds_size_and_ratio(client, emulator):
    asked = {"type": "video", "resolution": "720p", "duration": "4s", "aspect_ratio": "9:16"}

    made = client.interactions.create(model=OMNI, input="A marble rolls", response_format=asked)

    data = base64.b64decode(made.output_video.data)
    with av.open(io.BytesIO(data)) as container:
        streams = container.streams
        assert (streams.video[0].codec.name, streams.audio[0].codec.name) == ("h264", "aac")
        assert len(list(container.decode(video=0))) == 4 * 24
    assert lasts(data, 4, (720, 1280))
    assert made.status == "completed"
    assert made.usage.output_tokens_by_modality[0].tokens == 4 * 5792
    assert [one.prompt for one in emulator.ledger.creates(model=OMNI)] == ["A marble rolls"]


def test_background_work_is_in_progress_until_its_time_has_come():
    with Emulator(pace=LONG) as emulator, client_of(emulator) as client:
        asked = SMALL | {"delivery": "uri"}
        started = client.interactions.create(
            model=OMNI,
            input="x",
            background=True,
            store=True,
            labels={"attempt": "a-1"},
            response_format=asked,
        )
        early = client.interactions.get(started.id)
        emulator.clock.advance(3601)
        ended = emulator_ended(client, started.id)

        assert (started.status, early.status, early.steps) == ("in_progress", "in_progress", None)
        assert ended.output_video.uri.startswith("https://generativelanguage.googleapis.com/v1beta/files/")
        assert ended.labels == {"attempt": "a-1"}
        assert emulator.ledger.tally() == {"a-1": 1}
        assert {entry.attempt for entry in emulator.ledger.requests("poll")} == {"a-1"}


def emulator_ended(client: genai.Client, name: str):
    """Return an interaction as soon as it is not in progress."""
    while (found := client.interactions.get(name)).status == "in_progress":
        pass
    return found


def test_the_given_picture_is_what_the_clip_shows(client):
    parts = [image_part(picture((64, 36), "red")), {"type": "text", "text": "waves"}]
    config = {"video_config": {"task": "image_to_video"}}

    made = client.interactions.create(
        model=OMNI, input=parts, generation_config=config, response_format=SMALL
    )

    red, green, blue = colour_of(base64.b64decode(made.output_video.data))
    assert red > 200
    assert max(green, blue) < 60


def test_an_edit_starts_from_what_came_before_and_keeps_its_length(client, emulator):
    first = client.interactions.create(
        **video(input=[image_part(picture(colour="red")), {"type": "text", "text": "a"}])
    )
    second = client.interactions.create(model=OMNI, input="make it anime", previous_interaction_id=first.id)

    data = base64.b64decode(second.output_video.data)
    assert second.previous_interaction_id == first.id
    assert lasts(data, 3, (640, 360))
    assert colour_of(data)[0] > 150
    assert colour_of(data) != colour_of(base64.b64decode(first.output_video.data))
    assert emulator.ledger.creates()[1].previous == first.id


def test_an_extension_holds_old_and_new_and_bills_the_new(client):
    first = client.interactions.create(**video())
    longer = client.interactions.create(
        **video(previous_interaction_id=first.id, generation_config={"video_config": {"task": "extend"}})
    )

    assert lasts(base64.b64decode(longer.output_video.data), 6, (640, 360))
    assert longer.usage.output_tokens_by_modality[0].tokens == 3 * 1931


def test_a_sent_clip_is_edited_at_its_own_size(client, emulator):
    parts = [video_part(a_clip(3, (320, 180))), {"type": "text", "text": "make it night"}]

    made = client.interactions.create(
        model=OMNI, input=parts, generation_config={"video_config": {"task": "edit"}}
    )

    assert lasts(base64.b64decode(made.output_video.data), 3, (320, 180))
    assert emulator.ledger.creates()[0].media[0]["mime"] == "video/mp4"


@pytest.mark.parametrize(
    ("size", "ratio", "pixels"),
    [("1K", "16:9", (1376, 768)), ("2K", "1:1", (2048, 2048)), ("1K", "21:9", (1584, 672))],
)
def test_words_become_a_still_of_the_documented_pixels(client, size, ratio, pixels):
    asked = {"type": "image", "aspect_ratio": ratio, "image_size": size}

    made = client.interactions.create(model=NANO, input="a red bottle", response_format=asked)

    assert Image.open(io.BytesIO(base64.b64decode(made.output_image.data))).size == pixels
    assert made.output_image.mime_type == "image/jpeg"
    assert made.usage.output_tokens_by_modality[0].modality == "image"


def test_a_still_goes_on_as_a_conversation_in_the_ratio_of_its_picture(client):
    parts = [image_part(picture((90, 160), "blue")), {"type": "text", "text": "put it on a beach"}]
    first = client.interactions.create(model=NANO, input=parts)
    second = client.interactions.create(model=NANO, input="now at night", previous_interaction_id=first.id)

    for made in (first, second):
        assert Image.open(io.BytesIO(base64.b64decode(made.output_image.data))).size == (768, 1376)


def test_an_edit_of_what_is_not_ready_or_not_there_is_refused():
    with Emulator(pace=LONG) as emulator, client_of(emulator) as client:
        running = client.interactions.create(**video(background=True))

        with pytest.raises(BadRequestError, match="in progress"):
            client.interactions.create(model=OMNI, input="x", previous_interaction_id=running.id)
        with pytest.raises(BadRequestError, match="Invalid interaction name"):
            client.interactions.create(model=OMNI, input="x", previous_interaction_id="v1_never")
        assert len(emulator.ledger.creates()) == 1


def test_a_cancel_stops_what_runs_and_only_that():
    with Emulator(pace=LONG) as emulator, client_of(emulator) as client:
        running = client.interactions.create(**video(background=True))
        stopped = client.interactions.cancel(running.id)

        assert stopped.status == client.interactions.get(running.id).status == "cancelled"
        assert emulator.ledger.cancels == [running.id]
        with pytest.raises(BadRequestError, match="not in progress"):
            client.interactions.cancel(running.id)


def test_what_is_deleted_or_too_old_is_gone(client, emulator):
    first, second = (client.interactions.create(**video()) for _ in range(2))
    assert client.interactions.delete(first.id) is None
    emulator.clock.advance(56 * 86_400)

    for name in (first.id, second.id):
        with pytest.raises(NotFoundError):
            client.interactions.get(name)
        with pytest.raises(BadRequestError, match="Invalid interaction name"):
            client.interactions.create(model=OMNI, input="x", previous_interaction_id=name)
    assert emulator.ledger.deletes == [first.id]


def test_what_is_not_stored_cannot_be_found_again(client):
    made = client.interactions.create(**video(store=False))

    with pytest.raises(NotFoundError):
        client.interactions.get(made.id)


def test_the_input_is_shown_when_it_is_asked_for(client):
    made = client.interactions.create(**video("A marble rolls"))

    shown = client.interactions.get(made.id, include_input=True)

    assert [step.type for step in shown.steps] == ["user_input", "thought", "model_output"]
    assert shown.steps[0].content[0].text == "A marble rolls"


def test_a_stream_tells_the_whole_story_and_can_be_taken_up_again(client):
    told = list(client.interactions.create(**video(stream=True)))
    name = told[0].interaction.id
    rest = list(client.interactions.get(name, stream=True, last_event_id=told[2].event_id))

    kinds = [event.event_type for event in told]
    assert kinds[:2] == ["interaction.created", "interaction.status_update"]
    assert kinds[-1] == "interaction.completed"
    assert [event.event_type for event in rest] == kinds[3:]
    clips = [
        event.delta.data for event in told if event.event_type == "step.delta" and event.delta.type == "video"
    ]
    assert lasts(base64.b64decode(clips[0]), 3, (640, 360))


async def test_the_async_client_does_the_same(emulator):
    async with client_of(emulator).aio as client:
        started = await client.interactions.create(**video(background=True, store=True))
        while (ended := await client.interactions.get(started.id)).status == "in_progress":
            pass

    assert ended.output_video.data
    assert len(emulator.ledger.creates()) == 1
