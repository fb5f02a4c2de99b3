"""The Files API: resumable uploads, their processing, and the download of what was generated."""

from __future__ import annotations

import base64
import hashlib
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from tests.emulator import media, shapes
from tests.emulator.refusals import Refused
from tests.emulator.wire import Reply

if TYPE_CHECKING:
    from tests.emulator.routes import Call
    from tests.emulator.world import World

HOST = "https://generativelanguage.googleapis.com/v1beta"
KEPT_SECONDS = 48 * 3600
LARGEST = 2 * 1024**3
# Without this header the SDK sends a piece three times, with 7 s of waiting.
ENDED = {"x-goog-upload-status": "final"}
NAME = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,38}[a-z0-9])?")
RANGE = re.compile(r"bytes=(\d*)-(\d*)")
META = {
    "name": str,
    "display_name": str,
    "displayName": str,
    "mime_type": str,
    "mimeType": str,
    "size_bytes": (int, str),
    "sizeBytes": (int, str),
}


@dataclass
class File:
    """One file. `outcome`: what became of its processing. `withdrawn`: its address is answered by 403."""

    id: str
    data: bytes
    mime: str
    created: float
    source: str = "GENERATED"
    display_name: str = ""
    processing: float = 0.0
    outcome: str = ""
    attempt: str = ""
    owner: str = ""
    withdrawn: bool = False
    sha256: str = field(init=False)

    def __post_init__(self) -> None:
        self.sha256 = hashlib.sha256(self.data).hexdigest()

    @property
    def expires(self) -> float:
        """When the provider forgets it."""
        return self.created + KEPT_SECONDS

    @property
    def uri(self) -> str:
        """Where it is, in the provider's own form: the SDK puts its own base in front."""
        return f"{HOST}/files/{self.id}"

    @property
    def download_uri(self) -> str:
        """Where its bytes are."""
        return f"{self.uri}:download?alt=media"

    def state(self, now: float) -> str:
        """Return PROCESSING, ACTIVE or FAILED."""
        if self.outcome == "processing_forever" or now < self.created + self.processing:
            return "PROCESSING"
        return "FAILED" if self.outcome == "file_failed" else "ACTIVE"


@dataclass
class Upload:
    """An upload under way."""

    id: str
    name: str
    mime: str
    size: int
    display_name: str
    outcome: str
    owner: str
    data: bytearray = field(default_factory=bytearray)


def view(world: World, file: File) -> dict[str, Any]:
    """Return a file as the provider shows it."""
    now = world.clock.now()
    shown = {
        "name": f"files/{file.id}",
        "mimeType": file.mime,
        "sizeBytes": str(len(file.data)),
        "createTime": world.clock.stamp(file.created),
        "updateTime": world.clock.stamp(file.created + file.processing),
        "expirationTime": world.clock.stamp(file.expires),
        "sha256Hash": base64.b64encode(file.sha256.encode()).decode(),
        "uri": file.uri,
        "state": file.state(now),
        "source": file.source,
    }
    if file.display_name:
        shown["displayName"] = file.display_name
    if file.source == "GENERATED":
        shown["downloadUri"] = file.download_uri
    if file.state(now) == "FAILED":
        shown["error"] = {"code": 3, "message": "The file could not be processed."}
    return shown


async def start(world: World, call: Call) -> Reply:
    """Open a resumable upload; the answer's header says where its bytes go."""
    headers = call.request.headers
    if (
        headers.get("x-goog-upload-protocol") != "resumable"
        or headers.get("x-goog-upload-command") != "start"
    ):
        raise Refused("Only resumable uploads are supported.", form="google")
    body = call.request.json
    meta = body.get("file") or {} if isinstance(body, dict) else {}
    try:
        shapes.hold(meta, META, "file")
    except Refused as refused:
        refused.form = "google"
        raise
    name = str(meta.get("name") or "").removeprefix("files/")
    if name and (not NAME.fullmatch(name) or name in world.files):
        raise Refused(f"The file name {name!r} is taken or not made of a-z, 0-9 and dashes.", form="google")
    mime = headers.get("x-goog-upload-header-content-type", "")
    announced = headers.get("x-goog-upload-header-content-length", "")
    size = int(announced) if announced.isdecimal() else 0
    if not mime or not 0 < size <= LARGEST:
        raise Refused("The upload needs a content type and a length of 1 byte to 2 GB.", form="google")
    shown = str(meta.get("display_name") or meta.get("displayName") or "")
    upload = Upload(call.new_id(), name, mime, size, shown, call.outcome, call.owner)
    world.uploads[upload.id] = upload
    address = f"{world.url}/upload/v1beta/files?upload_id={upload.id}&upload_protocol=resumable"
    return Reply.of({}, x_goog_upload_url=address, x_goog_upload_status="active")


async def receive(world: World, call: Call) -> Reply:
    """Take a piece of an upload; the last one makes the file."""
    upload = world.uploads.get(call.request.query["upload_id"])
    if upload is None:
        raise Refused("Upload not found.", 404, "google", headers=ENDED)
    headers = call.request.headers
    if headers.get("x-goog-upload-offset") != str(len(upload.data)):
        raise Refused("The offset is not where the upload stands.", form="google", headers=ENDED)
    upload.data += call.request.body
    if "finalize" not in headers.get("x-goog-upload-command", ""):
        return Reply(200, headers={"x-goog-upload-status": "active"})
    del world.uploads[upload.id]
    _fits(upload)
    file = world.new_file(
        bytes(upload.data),
        upload.mime,
        id=upload.name,
        source="UPLOADED",
        display_name=upload.display_name,
        processing=world.pace.processing if upload.mime.startswith("video/") else 0.0,
        outcome=upload.outcome,
        owner=upload.owner,
    )
    return Reply.of({"file": view(world, file)}, x_goog_upload_status="final")


def _fits(upload: Upload) -> None:
    if len(upload.data) != upload.size:
        raise Refused(
            f"{len(upload.data)} bytes came, {upload.size} were announced.", form="google", headers=ENDED
        )
    found = media.sniff(bytes(upload.data[:64]))
    if upload.mime.startswith(("image/", "video/")) and found != {"video/quicktime": "video/mov"}.get(
        upload.mime, upload.mime
    ):
        raise Refused(
            f"The file is {found or 'of no known type'}, not {upload.mime}.", form="google", headers=ENDED
        )


def find(world: World, name: str, owner: str) -> File:
    """Return a file. One that is missing, or another's, is answered by 403, as the provider does."""
    file = world.file_of(f"files/{name}", owner)
    if file is None:
        raise Refused(
            f"You do not have permission to access the File {name} or it may not exist.", 403, "google"
        )
    return file


async def get(world: World, call: Call) -> Reply:
    """Show a file."""
    return Reply.of(view(world, find(world, call.words["id"], call.owner)))


async def listed(world: World, call: Call) -> Reply:
    """Show all files on one page."""
    now = world.clock.now()
    alive = [file for file in world.files.values() if file.owner == call.owner and now < file.expires]
    return Reply.of({"files": [view(world, file) for file in alive]})


async def delete(world: World, call: Call) -> Reply:
    """Delete a file."""
    file = find(world, call.words["id"], call.owner)
    del world.files[file.id]
    world.ledger.write(world.ledger.deletes, f"files/{file.id}")
    return Reply.of({})


async def download(world: World, call: Call) -> Reply:
    """Give a generated file's bytes, or the range that was asked for."""
    file = find(world, call.words["id"], call.owner)
    if file.source != "GENERATED":
        raise Refused(f"File {file.id} was uploaded: only generated files can be downloaded.", form="google")
    if call.request.query.get("alt") != "media":
        raise Refused("alt=media is required to download a file.", form="google")
    if file.state(world.clock.now()) != "ACTIVE":
        raise Refused(f"The File {file.id} is not in an ACTIVE state.", form="google")
    if file.withdrawn:
        raise Refused(f"The address of File {file.id} has expired.", 403, "google")
    return content(file, call.request.headers)


def content(file: File, headers: dict[str, str]) -> Reply:
    """Return a file's bytes: 200, or 206 or 416 where a range was asked for."""
    tag = f'"{file.sha256[:16]}"'
    common = {"etag": tag, "accept-ranges": "bytes", "content-type": file.mime}
    asked = RANGE.fullmatch(headers.get("range", ""))
    gives = (f"files/{file.id}", file.sha256, len(file.data))
    if not asked or headers.get("if-range", tag) != tag:
        return Reply(200, file.data, common, gives=gives)
    size = len(file.data)
    start = int(asked[1]) if asked[1] else max(0, size - int(asked[2] or 0))
    end = min(int(asked[2]) if asked[1] and asked[2] else size - 1, size - 1)
    if start > end:
        return Reply(416, headers=common | {"content-range": f"bytes */{size}"})
    piece = file.data[start : end + 1]
    return Reply(206, piece, common | {"content-range": f"bytes {start}-{end}/{size}"}, gives=gives)
