using Symbio.Protocol.Smb2;

namespace Symbio.Protocol.Tests.Smb2;

public sealed class CancelTests
{
    // With an AsyncId in its header.
    private const string Request =
        "FE534D4240000000000000000C00000012000000000000000A00000000000000" +
        "0A000000000000009597DF060000000000000000000000000000000000000000" +
        "04000000";

    [Fact] // [MS-SMB2] 2.2.30
    public void Request_reads_and_writes() => MessageTest.RoundTrip<CancelRequest>(Request);

    [Fact]
    public void Async_header_is_kept()
    {
        Assert.True(MessageTest.TryRead(Convert.FromHexString(Request), out Smb2Header header, out CancelRequest _));
        Assert.Equal(Smb2Command.Cancel, header.Command);
        Assert.NotEqual(0UL, header.AsyncId);
        Assert.Equal(0u, header.TreeId);
    }
}
