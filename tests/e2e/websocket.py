"""A WebSocket client for tests: sends frames as they are given, and reads what comes back."""

import base64
import hashlib
import os
import socket
import struct

TEXT, BINARY, CLOSE, PING, PONG = 1, 2, 8, 9, 10
PATIENCE = 90


class WebSocket:
    """One connection to 127.0.0.1. `status` is that of the answer to the upgrade; 101 is open."""

    def __init__(self, port, path, headers=None):
        self.socket = socket.create_connection(("127.0.0.1", port), PATIENCE)
        self.buffer = b""
        key = base64.b64encode(os.urandom(16)).decode()
        lines = [f"GET {path} HTTP/1.1", "Host: localhost", "Upgrade: websocket",
                 "Connection: Upgrade", "Sec-WebSocket-Version: 13", f"Sec-WebSocket-Key: {key}"]
        lines += [f"{name}: {value}" for name, value in (headers or {}).items()]
        self.socket.sendall("\r\n".join([*lines, "", ""]).encode())
        while b"\r\n\r\n" not in self.buffer:
            self._more()
        head, self.buffer = self.buffer.split(b"\r\n\r\n", 1)
        self.status = int(head.split()[1])
        if self.status != 101:
            self.socket.close()
        else:
            magic = (key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11").encode()
            expected = base64.b64encode(hashlib.sha1(magic).digest())
            assert b"Sec-WebSocket-Accept: " + expected in head, head

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()

    def _more(self):
        part = self.socket.recv(1 << 16)
        if not part:
            raise EOFError("the server has closed the connection")
        self.buffer += part

    def _take(self, count):
        while len(self.buffer) < count:
            self._more()
        out, self.buffer = self.buffer[:count], self.buffer[count:]
        return out

    def send(self, kind, payload=b"", final=True, masked=True, reserved=0):
        """One frame."""
        size = len(payload)
        bit = 0x80 if masked else 0
        head = bytes([(0x80 if final else 0) | reserved << 4 | kind])
        if size < 126:
            head += bytes([bit | size])
        elif size < 1 << 16:
            head += bytes([bit | 126]) + struct.pack(">H", size)
        else:
            head += bytes([bit | 127]) + struct.pack(">Q", size)
        if masked:
            mask = os.urandom(4)
            whole = mask * (size // 4 + 1)
            mixed = int.from_bytes(payload, "big") ^ int.from_bytes(whole[:size], "big")
            payload = mask + mixed.to_bytes(size, "big")
        self.socket.sendall(head + payload)

    def read(self):
        """The next frame: its kind and payload."""
        first, second = self._take(2)
        assert first & 0x80, "servers here do not divide messages"
        size = second & 0x7F
        if size == 126:
            size = struct.unpack(">H", self._take(2))[0]
        elif size == 127:
            size = struct.unpack(">Q", self._take(8))[0]
        return first & 0x0F, self._take(size)

    def ended_with(self):
        """The status of the close frame that comes next; None if the connection just ends."""
        try:
            while True:
                kind, payload = self.read()
                if kind == CLOSE:
                    return struct.unpack(">H", payload[:2])[0] if payload else 1005
        except (EOFError, ConnectionResetError):
            return None
