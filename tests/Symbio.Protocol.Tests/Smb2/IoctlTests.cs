using Symbio.Protocol.Smb2;

namespace Symbio.Protocol.Tests.Smb2;

public sealed class IoctlTests
{
    private const string Request =
        "FE534D4240000100000000000B00010010000000000000000400000000000000" +
        "00000000AE2129FEF3B0B84F0000000000000000000000000000000000000000" +
        "3900000094010600FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF7800000024000000000000007800000000000000FFFF0000" +
        "010000000000000003005C003100320037002E0030002E0030002E0031005C00730068006100720065000000";
    private const string Response =
        "FE534D4240000100000000000B00010011000000000000000A00000000000000" +
        "00000000828B5F3F4D0DA7770000000000000000000000000000000000000000" +
        "31000000F2401400E0D70FDF00000000BCA71B30000000007000000000000000700000000C0000000000000000000000" +
        "010000000000000000100000";

    [Fact] // [MS-SMB2] 2.2.31
    public void Request_reads_and_writes()
    {
        IoctlRequest request = MessageTest.RoundTrip<IoctlRequest>(Request);
        Assert.Equal(FsctlCode.DfsGetReferrals, request.CtlCode);
        Assert.Equal(IoctlFlags.IsFsctl, request.Flags);
        Assert.Equal(FileId.Any, request.FileId);
        Assert.Equal(0x24, request.Input.Length);
        Assert.True(request.Output.IsEmpty);
    }

    [Fact] // [MS-SMB2] 2.2.32
    public void Response_reads_and_writes()
    {
        IoctlResponse response = MessageTest.RoundTrip<IoctlResponse>(Response);
        Assert.Equal(FsctlCode.SrvCopychunk, response.CtlCode);
        Assert.Equal(12u, response.OutputCount);
        Assert.Equal(12, response.Output.Length);
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(5, 0)]
    [InlineData(0, 9)]
    [InlineData(13, 9)]
    public void Buffers_of_a_request_read_and_write(int input, int output) => MessageTest.RoundTrip(new IoctlRequest(
        FsctlCode.PipeTransceive, new FileId(1, 2), 3, 4, IoctlFlags.IsFsctl, new byte[input], new byte[output]));

    [Fact]
    public void Buffers_outside_the_message_are_refused()
    {
        Assert.False(MessageTest.IsAccepted<IoctlRequest>(Request, b => b[64 + 24]++)); // InputOffset
        Assert.False(MessageTest.IsAccepted<IoctlRequest>(Request, b => b[64 + 31] = 0xFF)); // InputCount
        Assert.False(MessageTest.IsAccepted<IoctlRequest>(Request, b => b[64 + 40] = 0xFF)); // OutputCount
        Assert.False(MessageTest.IsAccepted<IoctlResponse>(Response, b => b[64 + 36]++)); // OutputCount
    }
}
