"""One session with impacket: session.py HOST PORT USER PASSWORD SHARE DIALECT
Lists, writes, reads back, renames and deletes; prints what it did and "done"."""

import io
import sys

from impacket import smb3structs
from impacket.smbconnection import SMBConnection, SessionError

host, port, user, password, share, dialect = sys.argv[1:7]
dialects = {"2.0.2": smb3structs.SMB2_DIALECT_002, "2.1": smb3structs.SMB2_DIALECT_21, "3.0": smb3structs.SMB2_DIALECT_30,
            "3.1.1": smb3structs.SMB2_DIALECT_311}

connection = SMBConnection(host, host, sess_port=int(port), preferredDialect=dialects[dialect])
assert connection.getDialect() == dialects[dialect], connection.getDialect()
connection.login(user, password)
assert not connection.isGuestSession()

folder = "impacket " + dialect
connection.createDirectory(share, folder)
content = bytes(range(256)) * 4096 + b"end"
connection.putFile(share, folder + "\\file.bin", io.BytesIO(content).read)
back = io.BytesIO()
connection.getFile(share, folder + "\\file.bin", back.write)
assert back.getvalue() == content, len(back.getvalue())

for i in range(150):
    connection.putFile(share, f"{folder}\\a longer name for the listing {i:03}.txt", io.BytesIO(b"%d" % i).read)
listed = {f.get_longname(): f.get_filesize() for f in connection.listPath(share, folder + "\\*")}
assert len(listed) == 153, len(listed)  # With "." and "..".
assert listed["file.bin"] == len(content)
assert sorted(f.get_longname() for f in connection.listPath(share, folder + "\\*04?.txt")) == \
    [f"a longer name for the listing {i:03}.txt" for i in range(40, 50)]

connection.rename(share, folder + "\\file.bin", folder + "\\renamed.bin")
tree = connection.connectTree(share)
opened = connection.openFile(tree, folder + "\\renamed.bin")
connection.writeFile(tree, opened, b"HELLO", offset=100)
assert connection.readFile(tree, opened, offset=98, bytesToRead=9) == b"\x62\x63HELLO\x69\x6a"
connection.closeFile(tree, opened)

# Streams, which smbclient cannot delete.
connection.putFile(share, folder + "\\renamed.bin:side", io.BytesIO(b"stream").read)
side = io.BytesIO()
connection.getFile(share, folder + "\\renamed.bin:side", side.write)
assert side.getvalue() == b"stream"
connection.deleteFile(share, folder + "\\renamed.bin:side")
try:
    connection.getFile(share, folder + "\\renamed.bin:side", side.write)
    raise AssertionError("the stream is still there")
except SessionError as e:
    assert "OBJECT_NAME_NOT_FOUND" in str(e), e

try:
    connection.deleteDirectory(share, folder)
    raise AssertionError("a folder with files in it was deleted")
except SessionError as e:
    assert "DIRECTORY_NOT_EMPTY" in str(e), e
for name in listed:
    if name not in (".", "..", "file.bin"):
        connection.deleteFile(share, f"{folder}\\{name}")
connection.deleteFile(share, folder + "\\renamed.bin")
connection.deleteDirectory(share, folder)
connection.logoff()
print("done")
