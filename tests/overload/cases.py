"""The attacks, each a function of an arena. It checks what the attacked side must do; the
harness then checks that other clients are served, that memory stayed below the ceiling, and
that the daemon stops in order."""
import contextlib
import signal
import threading
import time

import grpc

import http2
from harness import MEBIBYTE, Client, check, check_equal, wait_for

GIANT = 16 * MEBIBYTE


def many(count, make):
    """So many connections, closed at the end of the block."""
    stack = contextlib.ExitStack()
    connections = [stack.enter_context(make()) for _ in range(count)]
    return stack, connections


# What is no HTTP/2.

def garbage(arena):
    tls_hello = bytes.fromhex("16030100a5010000a10303") + http2.noise(150)
    for data in (http2.noise(4096), tls_hello, b"GET / HTTP/1.1\r\nHost: x\r\n\r\n",
                 b"\x00" * 4096, http2.PREFACE + http2.noise(4096),
                 http2.PREFACE + http2.settings() + b"\xff" * 4096):
        with http2.Connection(arena.address) as connection:
            connection.send(data)
            wait_for(connection.closed, f"end of a connection that sent {data[:30]!r}")
    # Nothing at all, or a preface in parts: cut by handshake_timeout_seconds.
    for data in (b"", http2.PREFACE[:10]):
        with http2.Connection(arena.address) as connection:
            connection.send(data)
            wait_for(connection.closed, f"end of a connection that sent only {data!r}")


# Giant messages.

def giant_messages(arena):
    memo = "x" * (GIANT - 200)
    code, _ = arena.client.send(http2.batch("giant", [http2.event("a", memo + "x" * 200)]))
    check_equal(code, grpc.StatusCode.RESOURCE_EXHAUSTED, "code of a message over the limit")
    # Taken; the one event is refused for its text.
    code, _ = arena.client.send(http2.batch("giant", [http2.event("a", memo)]))
    check_equal(code, grpc.StatusCode.OK, "code of a message just below the limit")


def unfinished_giants(arena):
    """Clients that announce 16 MiB each, send all but the last byte and wait."""
    payload = http2.message(http2.batch("giant", [http2.event("a", "x" * (GIANT - 200))]))
    opening = http2.call_headers(1, http2.RECORD)
    stack, connections = many(60, arena.connect)
    with stack:
        def send(connection):
            frames = http2.Frames(connection)
            connection.send(http2.frame(http2.SETTINGS, http2.ACK, 0) + opening)
            body = http2.data_frames(1, payload[:-1])
            for at in range(0, len(body), MEBIBYTE):
                if not connection.send(body[at:at + MEBIBYTE], seconds=0.5):
                    return  # cut, or its window is closed for good
                frames.arrived()
        threads = [threading.Thread(target=send, args=(connection,))
                   for connection in connections]
        for thread in threads:
            thread.start()
        arena.serve_others()
        for thread in threads:
            thread.join()
        arena.serve_others()


def giant_floods(arena):
    """Ten clients send messages just below the limit, as fast as they can."""
    payload = http2.batch("giant", [http2.event(str(i), "x" * 1600) for i in range(9_500)])
    codes = {}

    def send():
        with Client(arena.address) as client:
            for _ in range(4):
                code, _ = client.send(payload)
                codes[code] = codes.get(code, 0) + 1
    threads = [threading.Thread(target=send) for _ in range(10)]
    for thread in threads:
        thread.start()
    arena.serve_others()
    for thread in threads:
        thread.join()
    # UNAVAILABLE: gRPC's quota was exceeded, and the connection cut.
    check(set(codes) <= {grpc.StatusCode.OK, grpc.StatusCode.RESOURCE_EXHAUSTED,
                         grpc.StatusCode.UNAVAILABLE},
          f"codes of giant messages: {codes}")
    check(codes.get(grpc.StatusCode.OK, 0) > 0, f"no giant message was taken: {codes}")


# Small messages that become large.

def too_many_events(arena):
    code, details = arena.client.send(
        http2.batch("bank", [http2.event(str(i)) for i in range(10_001)]))
    check_equal(code, grpc.StatusCode.INVALID_ARGUMENT, "code of 10,001 events")
    check(b"BATCH_TOO_LARGE" in details, f"details of 10,001 events: {details!r}")
    # Eight million events of two bytes: decoded, they would take gigabytes.
    code, details = arena.client.send(http2.field(1, "bank") + http2.field(2, b"") * (8 * MEBIBYTE - 8))
    check_equal(code, grpc.StatusCode.INVALID_ARGUMENT, "code of 8 million events")
    check(b"BATCH_TOO_LARGE" in details, f"details of 8 million events: {details!r}")


# Clients that do not read.

DEAF_EVENTS = 250
BATCHES_PER_STREAM = 16
DEAF = {"max_batches_per_stream": BATCHES_PER_STREAM}


def deaf_stream(connection):
    """Sends as many batches as HTTP/2 allows, each answered with some 20 KiB."""
    refused = http2.data_frames(1, http2.message(
        http2.batch("bank", [http2.field(5, 1)] * DEAF_EVENTS)))
    connection.send(http2.frame(http2.SETTINGS, http2.ACK, 0)
                    + http2.call_headers(1, http2.STREAM) + 50 * refused)


def wait_for_deaf_streams(arena, count):
    """Each was read until its answers waited, and no further: the last batches are there
    and are not taken."""
    name = 'payments_recorded_total{outcome="rejected"}'
    expected = count * BATCHES_PER_STREAM * DEAF_EVENTS
    arena.wait_metric(name, lambda events: events >= expected, "batches that are taken")
    arena.serve_others()
    check_equal(arena.metric(name), expected, "events taken of clients that do not read")


def deaf_streams(arena):
    count = 50
    stack, connections = many(count, lambda: arena.connect(initial_window=0))
    with stack:
        for connection in connections:
            deaf_stream(connection)
        wait_for_deaf_streams(arena, count)
        arena.wait_metric("grpc_streams", lambda streams: streams == 0,
                          "end of the streams after stall_timeout_seconds")


def deaf_answers(arena):
    """Calls whose answers are never read, long and short: they are cut after
    stall_timeout_seconds."""
    count = 20
    short = http2.message(http2.batch("bank", [http2.field(5, 1)]))
    refused = http2.message(http2.batch("bank", [http2.field(5, 1)] * 9_999))
    stack, connections = many(count, lambda: arena.connect(initial_window=0))
    with stack:
        for connection in connections:
            connection.send(http2.frame(http2.SETTINGS, http2.ACK, 0)
                            + http2.call_headers(1, http2.RECORD)
                            + http2.data_frames(1, refused, end=True)
                            + http2.call_headers(3, http2.RECORD)
                            + http2.data_frames(3, short, end=True))
        arena.wait_metric('payments_recorded_total{outcome="rejected"}',
                          lambda events: events == count * 10_000, "answers that wait")
        arena.wait_metric("grpc_calls", lambda calls: calls == 0, "end of the calls")
        check_equal(arena.metric("grpc_held_bytes"), 0, "bytes held after the end of the calls")


def serve_beside(arena, attack, clients):
    """Others are served while so many clients attack; returns when these have ended."""
    threads = [threading.Thread(target=attack) for _ in range(clients)]
    for thread in threads:
        thread.start()
    arena.serve_others()
    for thread in threads:
        thread.join()


def flow_control_ignored(arena):
    """Clients that send without being allowed to, as much as the socket takes. gRPC does
    not always notice the end of such a connection; the keepalive does."""
    chunk = http2.data_frames(1, http2.message(
        http2.batch("bank", [http2.field(5, 1)] * 9_999)))

    def send():
        with arena.connect(initial_window=0) as connection:
            connection.send(http2.call_headers(1, http2.STREAM))
            for _ in range(2_000):
                if not connection.send(chunk, seconds=1):
                    return
    serve_beside(arena, send, 10)
    arena.wait_metric("grpc_streams", lambda streams: streams == 0, "end of the streams")


def deaf_watches(arena):
    """Watches whose clients do not even let the server send one answer."""
    stack, connections = many(200, lambda: arena.connect(initial_window=0))
    with stack:
        for connection in connections:
            connection.send(http2.frame(http2.SETTINGS, http2.ACK, 0)
                            + http2.call_headers(1, http2.WATCH)
                            + http2.data_frames(1, http2.message(b""), end=True))
        arena.wait_metric("grpc_streams", lambda count: count == 200, "open watches")
        arena.serve_others()
    arena.wait_metric("grpc_streams", lambda count: count == 0, "end of watches that were left")


# Clients that say nothing.

def silent_streams(arena):
    """More streams than allowed, on a few connections, that never send a batch."""
    stack, connections = many(10, arena.connect)
    with stack:
        for connection in connections:
            connection.send(b"".join(http2.call_headers(2 * i + 1, http2.STREAM)
                                     for i in range(200)))
        arena.wait_metric("grpc_streams", lambda count: count == 500, "as many as max_streams")
        name = ('grpc_server_handled_total{code="RESOURCE_EXHAUSTED",'
                'method="PaymentService/StreamPayments"}')
        arena.wait_metric(name, lambda count: count == 1500, "refused streams")
        arena.serve_others()
    arena.wait_metric("grpc_streams", lambda count: count == 0, "end of streams that were left")


def unfinished_calls(arena):
    """Calls whose request never comes: gRPC holds them, and nobody else sees them."""
    stack, connections = many(50, arena.connect)
    with stack:
        for connection in connections:
            connection.send(b"".join(http2.call_headers(2 * i + 1, http2.RECORD)
                                     for i in range(1000)))
        arena.serve_others()


def silent_reflection(arena):
    """Streams that gRPC answers itself, with a thread for each."""
    stack, connections = many(20, arena.connect)
    with stack:
        for connection in connections:
            connection.send(b"".join(http2.call_headers(2 * i + 1, http2.REFLECTION)
                                     for i in range(100)))
        arena.serve_others()
        check(len(list_threads(arena)) < 150, f"{len(list_threads(arena))} threads")


def list_threads(arena):
    import os
    return os.listdir(f"/proc/{arena.daemon.process.pid}/task")


def half_open(arena):
    """Peers that vanish without a word: nothing answers the server's pings."""
    stack, connections = many(100, arena.connect)
    with stack:
        for connection in connections:
            connection.send(http2.call_headers(1, http2.STREAM))
        arena.wait_metric("grpc_streams", lambda count: count == 100, "open streams")
        arena.wait_metric("grpc_streams", lambda count: count == 0,
                          "end of the streams after the keepalive timeout")
        arena.wait_metric("grpc_connections", lambda count: count <= 1,
                          "end of the connections after the keepalive timeout")


# Very many.

def connection_limit(arena):
    """100 connections are allowed, and one is the client's."""
    stack, connections = many(99, arena.connect)
    with stack:
        arena.wait_metric("grpc_connections", lambda count: count == 100, "open connections")
        with http2.Connection(arena.address) as further:
            wait_for(further.closed, "end of a connection too many")
        check(arena.metric("grpc_connections_refused_total") >= 1, "no refused connection counted")
        arena.serve_others(new_connection=False)
    arena.wait_metric("grpc_connections", lambda count: count == 1, "end of the connections")
    arena.serve_others()


def ten_thousand_connections(arena):
    count = 9_900
    check(http2.raise_file_limit(count + 200), "this test needs 10,100 open files: ulimit -n")
    stack, _ = many(count, arena.connect)
    with stack:
        arena.wait_metric("grpc_connections", lambda open_now: open_now > count, "connections",
                          seconds=60)
        arena.serve_others()
    arena.wait_metric("grpc_connections", lambda open_now: open_now <= 1,
                      "end of the connections", seconds=60)


def reconnect_flood(arena):
    """Connections that come and go."""
    for _ in range(3_000):
        with http2.Connection(arena.address) as connection:
            connection.send(http2.PREFACE)
    arena.wait_metric("grpc_connections", lambda count: count <= 1, "end of the connections")


def reset_flood(arena, clients=1):
    """Calls that are reset as soon as they are made (CVE-2023-44487)."""
    payload = http2.message(http2.batch("reset", [http2.event("a")]))

    def flood():
        with arena.connect() as connection:
            frames = http2.Frames(connection)
            for start in range(0, 20_000, 100):
                burst = b"".join(
                    http2.call_headers(2 * i + 1, http2.RECORD)
                    + http2.data_frames(2 * i + 1, payload, end=True)
                    + http2.frame(http2.RST_STREAM, 0, 2 * i + 1, b"\0\0\0\x08")
                    for i in range(start, start + 100))
                if not connection.send(burst):
                    return
                frames.arrived()
    # A server that keeps pace has nothing to break, hence once more.
    deadline = time.monotonic() + 60
    while arena.metric("grpc_connections_cut_total") + arena.metric("memory_sheds_total") == 0:
        check(time.monotonic() < deadline, "no connection was broken")
        serve_beside(arena, flood, clients)
        arena.wait_metric("grpc_calls", lambda count: count == 0, "end of the reset calls")


def single_flood(arena):
    """Single events without waiting for answers, far more at once than HTTP/2 allows, by
    clients that come back whenever they are cut."""
    deadline = time.monotonic() + 20

    def send(number, stream):
        with arena.connect() as connection:
            frames = http2.Frames(connection)
            while time.monotonic() < deadline:
                burst = b"".join(
                    http2.call_headers(at, http2.RECORD) + http2.data_frames(
                        at, http2.message(http2.batch("flood", [http2.event(f"{number}-{at}")])),
                        end=True)
                    for at in range(stream, stream + 200, 2))
                stream += 200
                if not connection.send(burst, seconds=1):
                    return
                frames.arrived()

    def flood(number):
        while time.monotonic() < deadline:
            with contextlib.suppress(OSError):
                send(number, 1)
    threads = [threading.Thread(target=flood, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    while time.monotonic() < deadline:
        arena.serve_others()
    for thread in threads:
        thread.join()


# Limits of rate.

def rate_limit(arena):
    payload = [http2.batch(source, [http2.event(f"{source}-{i}") for i in range(100)])
               for source in ("fast", "other")]
    codes = [arena.client.send(payload[0]) for _ in range(3)]
    check_equal([code for code, _ in codes],
                [grpc.StatusCode.OK] + 2 * [grpc.StatusCode.RESOURCE_EXHAUSTED],
                "codes of 300 events of a source that may send 10 a second")
    check(b"RATE_LIMITED" in codes[1][1] and b"RetryInfo" in codes[1][1],
          f"details without reason or hint: {codes[1][1]!r}")
    check_equal(arena.client.send(payload[1])[0], grpc.StatusCode.OK, "code of another source")


# The metrics port.

def slow_scrapes(arena):
    stack, connections = many(50, lambda: http2.Connection(arena.daemon.metrics_address))
    with stack:
        for connection in connections:
            connection.send(b"GET /metrics HTTP/1.1\r\nHost:")
        arena.serve_others()
        wait_for(arena.daemon.metrics, "a scrape beside clients that do not finish their request",
                 seconds=60)


# Stopping.

def stop_whoever_is_there(arena):
    """SIGTERM ends the daemon in order and long before its timeout, though peers of every kind
    hang on."""
    stack, connections = many(7, lambda: arena.connect(initial_window=65_535))
    with stack:
        for connection, path in zip(connections, (
                http2.STREAM, http2.WATCH, http2.RECORD, http2.HEALTH_WATCH, http2.REFLECTION)):
            connection.send(http2.frame(http2.SETTINGS, http2.ACK, 0)
                            + http2.call_headers(1, path))
            if path in (http2.WATCH, http2.HEALTH_WATCH):
                connection.send(http2.data_frames(1, http2.message(b""), end=True))
        arena.wait_metric("grpc_streams", lambda count: count == 2, "open streams")
        arena.daemon.process.send_signal(signal.SIGTERM)
        check_equal(arena.daemon.wait(60), 0, "exit code after SIGTERM")


def stop_beside_a_deaf_client(arena):
    """An answer that its client does not read is given up at the end of the timeout."""
    with arena.connect(initial_window=0) as connection:
        deaf_stream(connection)
        wait_for_deaf_streams(arena, 1)
        arena.daemon.process.send_signal(signal.SIGTERM)
        check_equal(arena.daemon.wait(60), 0, "exit code after SIGTERM")
    check("stop timeout passed" in arena.daemon.log(), f"log: {arena.daemon.log()}")


def stop_twice(arena):
    """A second SIGTERM ends it at once, and the log says what was not answered."""
    with arena.connect(initial_window=0) as connection:
        deaf_stream(connection)
        wait_for_deaf_streams(arena, 1)
        arena.daemon.process.send_signal(signal.SIGTERM)
        # Signals of one kind are one while they wait: the second must come later.
        wait_for(lambda: refuses(arena.address), "the port to be closed")
        arena.daemon.process.send_signal(signal.SIGTERM)
        check_equal(arena.daemon.wait(60), 1, "exit code after a second SIGTERM")
    check('because="a second signal came" unanswered="0 calls, 1 streams' in arena.daemon.log(),
          f"log: {arena.daemon.log()}")


def refuses(address):
    try:
        http2.Connection(address).close()
        return False
    except OSError:
        return True


QUICK = [
    ("garbage", {"handshake_timeout_seconds": 1}, garbage),
    ("giant_messages", {}, giant_messages),
    ("too_many_events", {}, too_many_events),
    # All of the batches of these two may be under way at once, or some would be refused.
    ("deaf_streams", {**DEAF, "stall_timeout_seconds": 1, "max_queued_mib": 128}, deaf_streams),
    ("deaf_answers", {"stall_timeout_seconds": 1, "max_queued_mib": 128}, deaf_answers),
    ("flow_control_ignored", {"keepalive_seconds": 3, "keepalive_timeout_seconds": 2},
     flow_control_ignored),
    ("deaf_watches", {}, deaf_watches),
    ("silent_streams", {"max_streams": 500}, silent_streams),
    ("silent_reflection", {}, silent_reflection),
    ("half_open", {"keepalive_seconds": 1, "keepalive_timeout_seconds": 1}, half_open),
    ("connection_limit", {"max_connections": 100}, connection_limit),
    ("reset_flood", {}, reset_flood),
    ("rate_limit", {"max_source_events_per_second": 10}, rate_limit),
    ("stop_whoever_is_there", {"stop_timeout_seconds": 3600}, stop_whoever_is_there),
    ("stop_beside_a_deaf_client", {**DEAF, "stop_timeout_seconds": 1}, stop_beside_a_deaf_client),
    ("stop_twice", {**DEAF, "stop_timeout_seconds": 3600}, stop_twice),
]

SLOW = [
    ("ten_thousand_connections", {"max_connections": 10_000, "memory_limit_mib": 1024},
     ten_thousand_connections),
    ("unfinished_giants", {}, unfinished_giants),
    ("giant_floods", {}, giant_floods),
    ("unfinished_calls", {}, unfinished_calls),
    ("reconnect_flood", {}, reconnect_flood),
    ("slow_scrapes", {}, slow_scrapes),
    ("reset_floods", {}, lambda arena: reset_flood(arena, 4)),
    ("single_flood", {}, single_flood),
]

