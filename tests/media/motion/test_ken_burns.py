"""Moves over a still, judged by dots whose way is known, and by what the camera may never do."""

import hashlib
import math
from fractions import Fraction
from itertools import pairwise, product

import av
import cv2
import numpy as np
import pytest

from projects.media.clips.upright import planes_of
from projects.media.colour import yuv_from_rgb
from projects.media.encode.writer import ClipWriter
from projects.media.faults import Stopped
from projects.media.motion.camera import MOVES, SPEEDS, camera_path
from projects.media.motion.canvas import Still
from projects.media.motion.framing import SHARES, fit
from projects.media.motion.shot import Shot, film, stage

PHOTO, FRAME, RATE = (1024, 640), (480, 270), Fraction(24)
FLAT = [name for name, move in MOVES.items() if not move.round]
BOX = (0.36, 0.3, 0.3, 0.42)


def dots(size=PHOTO, gap=140, spread=5.0):
    """A photo with soft white dots on grey, and where they are (pixels from the corner)."""
    places = [
        (float(x), float(y)) for x in range(gap, size[0] - 60, gap) for y in range(90, size[1] - 60, gap)
    ]
    light = np.full((size[1], size[0]), 40.0)
    near = np.arange(-30, 30)
    for x, y in places:
        rows, columns = int(y) + near, int(x) + near
        fall = np.exp(-((rows + 0.5 - y) ** 2)[:, None] / (2 * spread**2)) * np.exp(
            -((columns + 0.5 - x) ** 2) / (2 * spread**2)
        )
        light[np.ix_(rows, columns)] += 180 * fall
    return np.repeat(np.rint(light).astype(np.uint8)[..., None], 3, axis=2), places


def scenery(size=(640, 400), seed=2):
    """A photo-like picture: soft light, a few things, some grain."""
    noise = np.random.default_rng(seed)
    soft = cv2.resize(noise.integers(60, 200, (5, 7, 3), dtype=np.uint8), size, interpolation=cv2.INTER_CUBIC)
    for _ in range(12):
        x, y = int(noise.integers(0, size[0])), int(noise.integers(0, size[1]))
        colour = tuple(int(code) for code in noise.integers(20, 235, 3))
        cv2.circle(soft, (x, y), int(noise.integers(8, 40)), colour, -1, cv2.LINE_AA)
    grain = noise.normal(0, 2, soft.shape)
    return np.clip(soft + grain, 0, 255).astype(np.uint8)


def centre(luma, near):
    """Where a dot lies, by its weight, in pixels from the corner."""
    x, y = int(near[0]), int(near[1])
    part = luma[y - 9 : y + 10, x - 9 : x + 10].astype(float)
    weight = np.clip(part - part.min() - 6, 0, None)
    across, down = np.meshgrid(np.arange(x - 9, x + 10) + 0.5, np.arange(y - 9, y + 10) + 0.5)
    return np.array([(weight * across).sum(), (weight * down).sum()]) / weight.sum()


def seen(point, pose, framing, size=FRAME):
    """Where a point of the photo comes to lie: cut, turned and enlarged about the focus, moved."""
    window, (width, height) = framing.window, size
    focus = np.array(framing.focus) * size
    x, y = (np.array(point) - [window.left, window.top]) / window.scale - focus
    angle = math.radians(pose.roll)
    turned = np.array([x * math.cos(angle) - y * math.sin(angle), x * math.sin(angle) + y * math.cos(angle)])
    return focus + pose.near.zoom * turned + [pose.near.x * width, pose.near.y * height]


def lumas(path):
    with av.open(str(path)) as container:
        for frame in container.decode(video=0):
            yield planes_of(frame).y


def shot(move, seconds=1, speed="normal", **more):
    return Shot(move, speed, Fraction(seconds), **more)


def shoot(still, one, path, size=FRAME):
    with ClipWriter(path, size, RATE, "master") as writer:
        film(still, one, writer, stop=lambda: False, tell=[].append)
    return path


def fingerprints(still, one, size=FRAME):
    scene, framing = stage(still, one, size, RATE)
    return [hashlib.sha256(scene.frame(pose).y.tobytes()).hexdigest() for pose in framing.poses]


def likeness(one, other):
    """Structural similarity of two luma planes (Wang 2004, gaussian window of 1.5)."""
    a, b = one.astype(np.float64), other.astype(np.float64)
    blur = lambda plane: cv2.GaussianBlur(plane, (0, 0), 1.5)  # noqa: E731 - a formula reads best with a short name
    ma, mb = blur(a), blur(b)
    va, vb, vab = blur(a * a) - ma**2, blur(b * b) - mb**2, blur(a * b) - ma * mb
    return float(((2 * ma * mb + 6.5) * (2 * vab + 58.5) / ((ma**2 + mb**2 + 6.5) * (va + vb + 58.5))).mean())


@pytest.mark.parametrize("move", FLAT)
def test_dots_in_the_clip_keep_to_their_way_to_a_twentieth_of_a_pixel(tmp_path, move):
    photo, places = dots()
    still, one = Still(photo, subject=BOX), shot(move, seed=3)
    _, framing = stage(still, one, FRAME, RATE)

    errors = []
    for luma, pose in zip(lumas(shoot(still, one, tmp_path / "dots.mp4")), framing.poses, strict=True):
        for place in places:
            meant = seen(place, pose, framing)
            if np.all(meant > 14) and np.all(meant < np.array(FRAME) - 14):
                errors.append(centre(luma, meant) - meant)

    assert len(errors) > 200
    assert np.sqrt(np.mean(np.square(errors))) < 0.05


@pytest.mark.parametrize("speed", SPEEDS)
@pytest.mark.parametrize("move", [name for name in MOVES if name not in {"locked", "handheld"}])
def test_a_move_is_eased_and_never_jerks(move, speed):
    count = 96
    path = camera_path(move, speed, Fraction(4))
    course = np.array(
        [
            (math.log(layer.zoom), layer.x, layer.y)
            for layer in (path(number / (count - 1)).far for number in range(count))
        ]
    )

    steps = np.diff(course, axis=0)
    whole = np.abs(course[-1] - course[0])
    assert np.abs(np.diff(steps, axis=0)).max() < 0.004 * whole.max()
    assert np.abs(steps[[0, -1]]).max() < 0.1 * np.abs(steps).max()
    for axis in np.flatnonzero(whole):
        assert (np.sign(steps[:, axis]) == np.sign(course[-1, axis] - course[0, axis])).all()


@pytest.mark.parametrize("speed", ["normal", "fast"])
def test_the_product_stays_in_and_the_picture_fills_the_frame(speed):
    boxes = [BOX, (0.1, 0.2, 0.2, 0.5), (0.6, 0.5, 0.3, 0.35), (0.45, 0.05, 0.12, 0.9)]
    sizes = [(480, 270), (270, 480), (360, 360), (288, 360)]
    done = 0
    for move, box, size in product(MOVES, boxes, sizes):
        framing = fit(PHOTO, size, box, lambda strength, m=move: shot(m, 1, speed).poses(RATE, strength))
        if framing is None:
            continue
        done += 1
        corners = [
            ((box[0] + i * box[2]) * PHOTO[0], (box[1] + j * box[3]) * PHOTO[1])
            for i in (0, 1)
            for j in (0, 1)
        ]
        scale = framing.window.scale
        for pose in (*framing.poses[::5], framing.poses[-1]):
            where = np.array([seen(corner, pose, framing, size) for corner in corners])
            assert where.min() >= -0.01
            assert (where <= np.array(size) + 0.01).all()
            # The corners of the photo, as the camera sees them, lie outside the frame or on its edge.
            ends = np.array([seen(end, pose, framing, size) for end in ((0, 0), PHOTO)])
            turn = abs(math.sin(math.radians(pose.roll))) * max(PHOTO) / scale * pose.near.zoom
            assert (ends[0] <= turn + 0.01).all()
            assert (ends[1] >= np.array(size) - turn - 0.01).all()
    assert done > 60  # of 128; the others are too tight


def test_the_first_frame_is_the_photo(tmp_path):
    photo = scenery((960, 540))

    first = next(lumas(shoot(Still(photo), shot("push-in"), tmp_path / "clip.mp4")))

    assert likeness(first, yuv_from_rgb(cv2.resize(photo, FRAME, interpolation=cv2.INTER_AREA)).y) > 0.97


@pytest.mark.parametrize("move", MOVES)
def test_no_two_frames_are_alike_unless_the_camera_is_locked(move):
    marks = fingerprints(Still(scenery()), shot(move, seed=1))

    assert len(marks) == 24
    assert len(set(marks)) == (1 if move == "locked" else 24)


def test_a_hand_trembles_the_same_for_the_same_seed_only():
    still = Still(scenery())

    one, again, other = (fingerprints(still, shot("handheld", seed=seed)) for seed in (5, 5, 6))

    assert one == again
    assert one != other


def test_a_fast_short_move_is_held_back_to_a_pace_that_eyes_can_follow():
    _, framing = stage(Still(scenery()), Shot("slide", "fast", Fraction(1, 2)), FRAME, RATE)

    for before, after in pairwise(framing.poses):
        for corner in ((0, 0), (640, 0), (0, 400), (640, 400)):
            step = seen(corner, after, framing) - seen(corner, before, framing)
            assert np.abs(step).max() < 0.0151 * FRAME[0]


@pytest.mark.parametrize("frame", ["wide", "medium", "close"])
def test_a_shot_size_is_the_share_of_the_frame_that_the_product_fills(frame):
    box = (0.4, 0.4, 0.2, 0.2)

    _, framing = stage(Still(scenery(), subject=box), shot("locked", frame=frame), FRAME, RATE)

    _, _, width, height = framing.window.inside(box, (640, 400))
    assert max(width / FRAME[0], height / FRAME[1]) == pytest.approx(SHARES[frame], abs=0.001)


def test_a_wide_photo_stays_whole_in_a_tall_format_when_nobody_knows_the_product():
    photo = scenery((960, 540))
    photo[200:340, :60], photo[200:340, -60:] = (255, 0, 0), (0, 0, 255)

    scene, framing = stage(Still(photo), shot("locked"), (270, 480), RATE)

    luma_row = scene.frame(framing.poses[0]).v[
        120
    ]  # red raises V, blue lowers it, at the ends of the middle row
    assert luma_row[:6].mean() > 200
    assert luma_row[-6:].mean() < 120


def test_a_wide_photo_is_cut_around_the_product_where_that_fits():
    photo, box = scenery((960, 540)), (0.7, 0.3, 0.14, 0.4)

    _, framing = stage(Still(photo, subject=box), shot("push-in"), (270, 480), RATE)

    left, top, width, height = framing.window.inside(box, (960, 540))
    assert framing.window.scale == pytest.approx(540 / 480)
    assert left + width / 2 == pytest.approx(135, abs=2)
    assert top > 0
    assert top + height < 480


def test_stop_ends_the_film_at_once_and_tell_hears_how_far_it_is(tmp_path):
    heard = []
    path = tmp_path / "clip.mp4"

    def film_until_half():
        with ClipWriter(path, FRAME, RATE) as writer:
            film(
                Still(scenery()),
                shot("push-in"),
                writer,
                stop=lambda: len(heard) == 12,
                tell=heard.append,
            )

    with pytest.raises(Stopped):
        film_until_half()

    assert heard == [pytest.approx(number / 24) for number in range(1, 13)]
    assert not path.exists()


def test_a_hard_edge_gets_no_fringe():
    photo = np.full((300, 480, 3), 190, np.uint8)
    photo[90:210, 150:330] = 60
    dark, light = (int(yuv_from_rgb(photo).y[at]) for at in ((150, 200), (20, 20)))

    scene, framing = stage(Still(photo), shot("push-in"), FRAME, RATE)

    for pose in framing.poses:
        luma = scene.frame(pose).y
        assert dark <= luma.min()
        assert luma.max() <= light


def test_colour_stays_on_the_thing_it_belongs_to():
    photo = np.full((600, 960, 3), 128, np.uint8)
    cv2.circle(photo, (480, 300), 60, (230, 120, 60), -1, cv2.LINE_AA)
    across, down = np.meshgrid(np.arange(FRAME[0] // 2) + 0.5, np.arange(FRAME[1] // 2) + 0.5)

    scene, framing = stage(Still(photo, subject=(0.4, 0.4, 0.2, 0.2)), shot("slide"), FRAME, RATE)

    for pose in framing.poses:
        red = scene.frame(pose).v.astype(float) - 128
        middle = np.array([(red * across).sum(), (red * down).sum()]) / red.sum() * 2
        assert middle == pytest.approx(seen((480.5, 300.5), pose, framing), abs=0.15)
