using Symbio.Protocol.Smb2;

namespace Symbio.Protocol.Tests.Smb2;

public sealed class ServerToClientNotificationTests
{
    [Fact] // [MS-SMB2] 2.2.44
    public void Session_closed_reads_and_writes() => MessageTest.RoundTrip<ServerToClientNotification>(
        "FE534D424000000000000000130000000100000000000000FFFFFFFFFFFFFFFF0000000000000000" +
        "887766554433221100000000000000000000000000000000" +
        "040000000000000000000000");
}
