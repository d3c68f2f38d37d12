"""RPC with impacket: rpc.py HOST PORT USER PASSWORD SHARE FRAGMENT
FRAGMENT is the size of the client's request fragments, 0 for one. Prints "done"."""

import sys
import time

from impacket.dcerpc.v5 import lsad, lsat, srvs, transport, wkst
from impacket.dcerpc.v5.dtypes import MAXIMUM_ALLOWED
from impacket.dcerpc.v5.rpcrt import DCERPCException

host, port, user, password, share, fragment = sys.argv[1:7]


def connect(pipe, interface):
    binding = transport.DCERPCTransportFactory(rf"ncacn_np:{host}[\pipe\{pipe}]")
    binding.set_dport(int(port))
    binding.set_credentials(user, password)
    dce = binding.get_dce_rpc()
    dce.connect()
    dce.bind(interface)
    if int(fragment):
        dce.set_max_fragment_size(int(fragment))
    return dce


dce = connect("srvsvc", srvs.MSRPC_UUID_SRVS)
shares = [s["shi1_netname"].rstrip("\0") for s in srvs.hNetrShareEnum(dce, 1)["InfoStruct"]["ShareInfo"]["Level1"]["Buffer"]]
assert share in shares and "IPC$" in shares, shares
assert srvs.hNetrShareGetInfo(dce, share + "\0", 1)["InfoStruct"]["ShareInfo1"]["shi1_netname"].rstrip("\0") == share
now = srvs.hNetrRemoteTOD(dce)["BufferPtr"]["tod_elapsedt"]
assert abs(now - time.time()) < 120, now
server = srvs.hNetrServerGetInfo(dce, 101)["InfoStruct"]["ServerInfo101"]
assert server["sv101_platform_id"] == 500
print("server", server["sv101_name"].rstrip("\0"))
try:
    srvs.hNetrShareGetInfo(dce, "nothing-here\0", 1)
    raise AssertionError("an unknown share was found")
except DCERPCException as e:
    assert e.get_error_code() in (2310, 123), e
dce.disconnect()

dce = connect("wkssvc", wkst.MSRPC_UUID_WKST)
station = wkst.hNetrWkstaGetInfo(dce, 100)["WkstaInfo"]["WkstaInfo100"]
assert station["wki100_platform_id"] == 500
print("workstation", station["wki100_computername"].rstrip("\0"))
dce.disconnect()

dce = connect("lsarpc", lsat.MSRPC_UUID_LSAT)
policy = lsad.hLsarOpenPolicy2(dce, MAXIMUM_ALLOWED)["PolicyHandle"]
domain = lsad.hLsarQueryInformationPolicy(dce, policy, lsad.POLICY_INFORMATION_CLASS.PolicyAccountDomainInformation)
sid = domain["PolicyInformation"]["PolicyAccountDomainInfo"]["DomainSid"].formatCanonical()
assert sid.startswith("S-1-5-21-"), sid

# More names than one fragment holds, in both directions.
names = [user, *(f"no such user of a long name {i}" for i in range(300))]
try:
    reply = lsat.hLsarLookupNames(dce, policy, names)
except DCERPCException as e:
    if "STATUS_SOME_NOT_MAPPED" not in str(e):
        raise
    reply = e.get_packet()
assert reply["TranslatedSids"]["Entries"] == len(names)
found = reply["TranslatedSids"]["Sids"][0]
assert found["Use"] == 1, found["Use"]
user_sid = f"{sid}-{found['RelativeId']}"

sids = [user_sid, "S-1-1-0", *(f"S-1-5-21-1-2-3-{i}" for i in range(300))]
try:
    reply = lsat.hLsarLookupSids(dce, policy, sids)
except DCERPCException as e:
    if "STATUS_SOME_NOT_MAPPED" not in str(e):
        raise
    reply = e.get_packet()
names = [n["Name"] for n in reply["TranslatedNames"]["Names"]]
assert len(names) == len(sids)
assert names[0].lower() == user.lower(), names[0]
assert names[1] == "Everyone", names[1]
dce.disconnect()
print("done")
