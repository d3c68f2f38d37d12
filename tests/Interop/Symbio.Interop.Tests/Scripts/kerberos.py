"""A logon with impacket by a ticket cache: kerberos.py HOST ADDRESS SHARE SECONDS
Writes a file and reads it back; SECONDS is how far its clock is behind. Prints "done"."""

import datetime
import io
import sys

from impacket import smb3structs
from impacket.smbconnection import SMBConnection

host, address, share, behind = sys.argv[1:5]


class SlowClock(datetime.datetime):
    @classmethod
    def utcnow(cls):
        return super().utcnow() - datetime.timedelta(seconds=int(behind))


connection = SMBConnection(host, address, sess_port=445, preferredDialect=smb3structs.SMB2_DIALECT_30)
if int(behind):
    # The authenticator is made with this clock; the tickets are in the cache already.
    datetime.datetime = SlowClock
connection.kerberosLogin("alice", "", "EXAMPLE.TEST", useCache=True, kdcHost="10.57.0.1")
connection.putFile(share, "impacket.bin", io.BytesIO(b"by ticket").read)
back = io.BytesIO()
connection.getFile(share, "impacket.bin", back.write)
assert back.getvalue() == b"by ticket", back.getvalue()
connection.deleteFile(share, "impacket.bin")
connection.logoff()
print("done")
