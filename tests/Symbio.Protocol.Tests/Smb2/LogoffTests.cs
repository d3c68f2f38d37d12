using Symbio.Protocol.Smb2;

namespace Symbio.Protocol.Tests.Smb2;

public sealed class LogoffTests
{
    private const string Request =
        "FE534D4240000100000000000200010010000000000000000D00000000000000" +
        "0000000000000000A33B13980000000000000000000000000000000000000000" +
        "04000000";
    private const string Response =
        "FE534D4240000100000000000200010011000000000000000D00000000000000" +
        "0000000000000000A33B13980000000000000000000000000000000000000000" +
        "04000000";

    [Fact] // [MS-SMB2] 2.2.7
    public void Request_reads_and_writes() => MessageTest.RoundTrip<LogoffRequest>(Request);

    [Fact] // [MS-SMB2] 2.2.8
    public void Response_reads_and_writes() => MessageTest.RoundTrip<LogoffResponse>(Response);
}
