using Symbio.Protocol.Smb2;

namespace Symbio.Protocol.Tests.Smb2;

public sealed class FlushTests
{
    private const string Request =
        "FE534D4240000100000000000700010010000000580000000600000000000000" +
        "00000000F845D235AFE2F9B80000000000000000000000000000000000000000" +
        "180000000000000089446FB900000000197A425100000000";
    private const string Response =
        "FE534D4240000100000000000700020011000000000000000700000000000000" +
        "00000000F845D235AFE2F9B80000000000000000000000000000000000000000" +
        "04000000";

    [Fact] // [MS-SMB2] 2.2.17
    public void Request_reads_and_writes()
    {
        FlushRequest request = MessageTest.RoundTrip<FlushRequest>(Request);
        Assert.Equal(0, request.Reserved1);
        Assert.Equal(0xB96F4489u, request.FileId.Persistent);
    }

    [Fact] // [MS-SMB2] 2.2.18
    public void Response_reads_and_writes() => MessageTest.RoundTrip<FlushResponse>(Response);

    [Fact]
    public void Full_sync_of_macOS_is_kept() =>
        Assert.Equal(0xFFFF, MessageTest.RoundTrip(new FlushRequest(FileId.Any, 0xFFFF)).Reserved1);
}
