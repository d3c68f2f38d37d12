using Symbio.Protocol.Smb2;

namespace Symbio.Protocol.Tests.Smb2;

public sealed class TreeDisconnectTests
{
    private const string Request =
        "FE534D4240000100000000000400010010000000000000000500000000000000" +
        "00000000AE2129FEF3B0B84F0000000000000000000000000000000000000000" +
        "04000000";
    private const string Response =
        "FE534D4240000100000000000400010011000000000000000500000000000000" +
        "00000000AE2129FEF3B0B84F0000000000000000000000000000000000000000" +
        "04000000";

    [Fact] // [MS-SMB2] 2.2.11
    public void Request_reads_and_writes() => MessageTest.RoundTrip<TreeDisconnectRequest>(Request);

    [Fact] // [MS-SMB2] 2.2.12
    public void Response_reads_and_writes() => MessageTest.RoundTrip<TreeDisconnectResponse>(Response);
}
