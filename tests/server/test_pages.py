"""Pages are answered on threads that stay."""

from __future__ import annotations

import asyncio
import threading
import weakref

from asgiref.testing import ApplicationCommunicator
from django.http import HttpRequest, HttpResponse
from django.test import override_settings
from django.urls import path

from studio.pages import MOST_IDLE, Pages

both = threading.Barrier(2, timeout=100)
many = threading.Barrier(MOST_IDLE + 2, timeout=100)
arrived, ended = threading.Event(), threading.Semaphore(0)
own = threading.local()
here = override_settings(ROOT_URLCONF=__name__, MIDDLEWARE=["studio.middleware.headers"], ALLOWED_HOSTS=["*"])


class Left:
    """What a thread holds, such as a database connection."""


def who(request: HttpRequest) -> HttpResponse:
    """Say which thread answers."""
    return HttpResponse(str(threading.get_ident()))


def together(request: HttpRequest) -> HttpResponse:
    """Say which thread answers, once another one comes as well."""
    arrived.set()
    both.wait()
    return who(request)


def crowd(request: HttpRequest) -> HttpResponse:
    """Answer as soon as there are more requests than threads are kept; say when what the thread holds is gone."""
    own.left = Left()
    weakref.finalize(own.left, ended.release)
    many.wait()
    return who(request)


urlpatterns = [path("who", who), path("together", together), path("crowd", crowd)]


async def ask(pages: Pages, path: str) -> str:
    """Return the body of an answer."""
    scope = {"type": "http", "method": "GET", "path": path, "headers": [(b"host", b"localhost")]}
    asked = ApplicationCommunicator(pages, scope)
    await asked.send_input({"type": "http.request", "body": b"", "more_body": False})
    assert (await asked.receive_output(100))["status"] == 200
    answer = await asked.receive_output(100)
    await asked.wait()
    return str(answer["body"].decode())


@here
async def test_the_next_page_is_answered_on_the_same_thread() -> None:
    pages = Pages()

    threads = [await ask(pages, "/who") for _ in range(3)]

    assert len(set(threads)) == 1
    assert threads[0] != str(threading.get_ident())


@here
async def test_pages_at_the_same_time_do_not_wait_for_each_other() -> None:
    pages = Pages()

    threads = await asyncio.gather(ask(pages, "/together"), ask(pages, "/together"))

    assert len(set(threads)) == 2


@here
async def test_after_a_crowd_only_some_threads_stay() -> None:
    pages = Pages()

    crowd = await asyncio.gather(*(ask(pages, "/crowd") for _ in range(MOST_IDLE + 2)))

    assert len(set(crowd)) == MOST_IDLE + 2
    assert [await asyncio.to_thread(ended.acquire, timeout=100) for _ in range(2)] == [True, True]
    assert not ended.acquire(blocking=False)


@here
async def test_a_page_that_is_left_gives_its_thread_back() -> None:
    pages = Pages()
    scope = {"type": "http", "method": "GET", "path": "/together", "headers": [(b"host", b"localhost")]}
    arrived.clear()
    left = ApplicationCommunicator(pages, scope)
    await left.send_input({"type": "http.request", "body": b"", "more_body": False})
    assert await asyncio.to_thread(arrived.wait, 100)

    await left.send_input({"type": "http.disconnect"})
    await asyncio.to_thread(both.wait)
    await left.wait()

    assert await ask(pages, "/who") == await ask(pages, "/who")
