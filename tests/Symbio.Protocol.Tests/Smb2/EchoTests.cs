using Symbio.Protocol.Smb2;

namespace Symbio.Protocol.Tests.Smb2;

public sealed class EchoTests
{
    private const string Request =
        "FE534D4240000100000000000D00010010000000000000003802000000000000" +
        "0000000000000000000000000000000000000000000000000000000000000000" +
        "04000000";
    private const string Response =
        "FE534D4240000100000000000D00010011000000000000003802000000000000" +
        "0000000000000000000000000000000000000000000000000000000000000000" +
        "04000000";

    [Fact] // [MS-SMB2] 2.2.28
    public void Request_reads_and_writes() => MessageTest.RoundTrip<EchoRequest>(Request);

    [Fact] // [MS-SMB2] 2.2.29
    public void Response_reads_and_writes() => MessageTest.RoundTrip<EchoResponse>(Response);
}
