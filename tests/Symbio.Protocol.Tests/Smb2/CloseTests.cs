using Symbio.Protocol.Dtyp;
using Symbio.Protocol.Smb2;

namespace Symbio.Protocol.Tests.Smb2;

public sealed class CloseTests
{
    private const string Request =
        "FE534D4240000100000000000600010010000000000000000800000000000000" +
        "00000000C420F666F3B0B84F0000000000000000000000000000000000000000" +
        "180000000000000068D3D9CF000000008F969C6900000000";
    private const string Response =
        "FE534D4240000100000000000600010011000000000000000800000000000000" +
        "00000000C420F666F3B0B84F0000000000000000000000000000000000000000" +
        "3C0000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000" +
        "000000000000000000000000";

    [Fact] // [MS-SMB2] 2.2.15
    public void Request_reads_and_writes()
    {
        CloseRequest request = MessageTest.RoundTrip<CloseRequest>(Request);

        Assert.Equal(CloseFlags.None, request.Flags);
        Assert.Equal(new FileId(0xCFD9D368, 0x699C968F), request.FileId);
    }

    [Fact] // [MS-SMB2] 2.2.16
    public void Response_reads_and_writes()
    {
        CloseResponse response = MessageTest.RoundTrip<CloseResponse>(Response);
        Assert.Equal(CloseFlags.None, response.Flags);
        Assert.Equal(FileTime.None, response.CreationTime);
    }

    [Fact]
    public void Every_field_reads_and_writes() => MessageTest.RoundTrip(new CloseResponse(
        CloseFlags.PostqueryAttrib, new FileTime(1), new FileTime(2), new FileTime(3), new FileTime(4), 5, 6,
        Protocol.Fscc.FileAttributes.Archive));
}
