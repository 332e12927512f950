"""Speaks as much HTTP/2 and gRPC by hand as a badly behaved client needs: frames that a
proper library would never send, and connections by the thousand that cost next to nothing."""
import os
import select
import socket
import struct

PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
DATA, HEADERS, RST_STREAM, SETTINGS, PING, GOAWAY, WINDOW_UPDATE = 0, 1, 3, 4, 6, 7, 8
END_STREAM, END_HEADERS, ACK = 1, 4, 1
MAX_FRAME = 16_384
SETTING_INITIAL_WINDOW = 4

RECORD = "/budgetwatch.v1.PaymentService/RecordPayments"
STREAM = "/budgetwatch.v1.PaymentService/StreamPayments"
WATCH = "/budgetwatch.v1.MonitorService/WatchWarnings"
APPLY_PLAN = "/budgetwatch.v1.PlanService/ApplyPlan"
INFO = "/budgetwatch.v1.AdminService/GetServerInfo"
HEALTH_WATCH = "/grpc.health.v1.Health/Watch"
REFLECTION = "/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo"


def frame(kind, flags, stream, payload=b""):
    return (struct.pack(">I", len(payload))[1:] + bytes((kind, flags))
            + struct.pack(">I", stream) + payload)


def settings(**values):
    """A SETTINGS frame; initial_window is the only setting that anyone here wants."""
    window = values.get("initial_window")
    payload = b"" if window is None else struct.pack(">HI", SETTING_INITIAL_WINDOW, window)
    return frame(SETTINGS, 0, 0, payload)


def header(name, value):
    # HPACK: literal without indexing, new name, no Huffman code; both below 127 bytes.
    name, value = name.encode(), value.encode()
    return b"\x00" + bytes((len(name),)) + name + bytes((len(value),)) + value


def call_headers(stream, path, end=False):
    block = b"".join(header(name, value) for name, value in (
        (":method", "POST"), (":scheme", "http"), (":path", path), (":authority", "test"),
        ("te", "trailers"), ("content-type", "application/grpc")))
    return frame(HEADERS, END_HEADERS | (END_STREAM if end else 0), stream, block)


def message(payload):
    return b"\x00" + struct.pack(">I", len(payload)) + payload


def data_frames(stream, payload, end=False):
    parts = [payload[at:at + MAX_FRAME] for at in range(0, len(payload), MAX_FRAME)] or [b""]
    return b"".join(frame(DATA, END_STREAM if end and part is parts[-1] else 0, stream, part)
                    for part in parts)


def varint(value):
    out = bytearray()
    while value >= 0x80:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)


def field(number, value):
    """A field of a message: a number, a text, or bytes."""
    if isinstance(value, int):
        return varint(number << 3) + varint(value)
    if isinstance(value, str):
        value = value.encode()
    return varint(number << 3 | 2) + varint(len(value)) + value


def event(payment_id, memo=""):
    """A PaymentEvent of 0.01 yuan."""
    return (field(1, payment_id) + field(3, "P1") + field(4, "2020-05-01") + field(5, 1)
            + (field(7, memo) if memo else b""))


def batch(source, events):
    """A RecordPaymentsRequest or StreamPaymentsRequest of encoded events."""
    return field(1, source) + b"".join(field(2, item) for item in events)


class Connection:
    """A socket to HOST:PORT that sends what it is told and, on request, reads."""

    def __init__(self, address, receive_buffer=None):
        host, port = address.rsplit(":", 1)
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        if receive_buffer is not None:
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        self.socket.settimeout(30)
        self.socket.connect((host, int(port)))
        self.socket.setblocking(False)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        self.socket.close()

    def send(self, data, seconds=30):
        """Sends all of it, reading nothing; False when the peer is gone or takes no more."""
        view = memoryview(data)
        while view:
            try:
                view = view[self.socket.send(view):]
            except BlockingIOError:
                if not select.select([], [self.socket], [], seconds)[1]:
                    return False
            except OSError:
                return False
        return True

    def receive(self):
        """What has arrived: bytes, b"" at the end of the connection, None for nothing."""
        try:
            return self.socket.recv(1 << 16)
        except BlockingIOError:
            return None
        except OSError:
            return b""

    def closed(self):
        """Whether the peer has closed; what it sent before is thrown away."""
        while True:
            data = self.receive()
            if not data:
                return data == b""


def http2(address, **values):
    """A connection with the preface and SETTINGS sent."""
    connection = Connection(address)
    connection.send(PREFACE + settings(**values))
    return connection


class Frames:
    """Takes the bytes of a connection apart into frames."""

    def __init__(self, connection):
        self.connection = connection
        self.buffer = b""

    def arrived(self):
        """The frames that are there: (kind, flags, stream, payload)."""
        while data := self.connection.receive():
            self.buffer += data
        frames = []
        while len(self.buffer) >= 9:
            size = int.from_bytes(self.buffer[:3], "big")
            if len(self.buffer) < 9 + size:
                break
            kind, flags = self.buffer[3], self.buffer[4]
            stream = int.from_bytes(self.buffer[5:9], "big") & 0x7FFFFFFF
            frames.append((kind, flags, stream, self.buffer[9:9 + size]))
            self.buffer = self.buffer[9 + size:]
        return frames


def raise_file_limit(count):
    """Lets this process open so many files; False where it may not."""
    import resource
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard != resource.RLIM_INFINITY and hard < count:
        return False
    if soft < count:
        resource.setrlimit(resource.RLIMIT_NOFILE, (count, hard))
    return True


def noise(size):
    return os.urandom(size)
