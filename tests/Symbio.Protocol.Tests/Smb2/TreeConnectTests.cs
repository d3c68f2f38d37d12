using Symbio.Protocol.Dtyp;
using Symbio.Protocol.Smb2;

namespace Symbio.Protocol.Tests.Smb2;

public sealed class TreeConnectTests
{
    private const string Request =
        "FE534D4240000100000000000300010018000000000000000300000000000000" +
        "0000000000000000F3B0B84F0000000000000000000000000000000000000000" +
        "09000000480020005C005C003100320037002E0030002E0030002E0031005C004900500043002400";
    private const string Response =
        "FE534D4240000100000000000300010019000000000000000300000000000000" +
        "00000000AE2129FEF3B0B84F0000000000000000000000000000000000000000" +
        "100002000000000000000000A9001F00";

    [Fact] // [MS-SMB2] 2.2.9
    public void Request_reads_and_writes()
    {
        TreeConnectRequest request = MessageTest.RoundTrip<TreeConnectRequest>(Request);

        Assert.Equal(@"\\127.0.0.1\IPC$", WireReader.ToUtf16(request.PathBytes.Span));
        Assert.True(request.IsPathLengthEven);
        Assert.Equal(TreeConnectFlags.None, request.Flags);
    }

    [Fact] // [MS-SMB2] 2.2.10
    public void Response_reads_and_writes()
    {
        TreeConnectResponse response = MessageTest.RoundTrip<TreeConnectResponse>(Response);

        Assert.Equal(ShareType.Pipe, response.ShareType);
        Assert.Equal(ShareFlags.ManualCaching, response.ShareFlags);
        Assert.Equal((AccessMask)0x001F00A9, response.MaximalAccess);
    }

    [Fact] // [MS-SMB2] 2.2.9.1
    public void Extension_reads_and_writes()
    {
        byte[] contexts = [1, 0, 3, 0, 0, 0, 0, 0, 0xA, 0xB, 0xC];
        var message = new TreeConnectRequest(
            TreeConnectFlags.ExtensionPresent, "\\\0\\\0a\0\\\0b\0"u8.ToArray(), 1, contexts);

        TreeConnectRequest read = MessageTest.RoundTrip(message);

        Assert.True(read.Contexts.IsValid);
        Assert.True(read.Contexts.TryGet(TreeConnectContextType.RemotedIdentity, out var data));
        Assert.Equal([0xA, 0xB, 0xC], data.ToArray());
        MessageTest.RoundTrip(message with { PathBytes = default });
        MessageTest.RoundTrip(message with { ContextCount = 0, ContextBytes = default });
    }

    [Fact]
    public void Paths_outside_the_message_are_refused()
    {
        Assert.False(MessageTest.IsAccepted<TreeConnectRequest>(Request, b => b[64 + 4]++));
        Assert.False(MessageTest.IsAccepted<TreeConnectRequest>(Request, b => b[64 + 7] = 1));
    }

    [Fact]
    public void Odd_path_length_is_left_to_the_server()
    {
        byte[] bytes = Convert.FromHexString(Request);
        bytes[64 + 6]--;
        Assert.True(MessageTest.TryRead(bytes, out _, out TreeConnectRequest request));
        Assert.False(request.IsPathLengthEven);
    }
}
