using Symbio.Protocol.Smb2;

namespace Symbio.Protocol.Tests.Smb2;

public sealed class SetInfoTests
{
    private const string Request =
        "FE534D4240000100000000001100010010000000000000000C01000000000000" +
        "0000000002B662BD9E9290640000000000000000000000000000000000000000" +
        "2100010D010000006000000000000000DC0F032F00000000324D06D50000000001";
    private const string Response =
        "FE534D4240000100000000001100010011000000000000002201000000000000" +
        "00000000C420F666F3B0B84F0000000000000000000000000000000000000000" +
        "0200";

    [Fact] // [MS-SMB2] 2.2.39
    public void Request_reads_and_writes()
    {
        SetInfoRequest request = MessageTest.RoundTrip<SetInfoRequest>(Request);
        Assert.Equal(InfoType.File, request.InfoType);
        Assert.Equal(0x0D, request.FileInfoClass); // FileDispositionInformation
        Assert.Equal([1], request.Buffer.ToArray());
    }

    [Fact] // [MS-SMB2] 2.2.40
    public void Response_reads_and_writes() => MessageTest.RoundTrip<SetInfoResponse>(Response);

    [Fact]
    public void Every_field_reads_and_writes()
    {
        var message = new SetInfoRequest(InfoType.Security, 1, 2, new FileId(3, 4), new byte[5]);
        MessageTest.RoundTrip(message);
        MessageTest.RoundTrip(message with { Buffer = default });
    }

    [Fact]
    public void Buffers_outside_the_message_are_refused()
    {
        Assert.False(MessageTest.IsAccepted<SetInfoRequest>(Request, b => b[64 + 4]++)); // BufferLength
        Assert.False(MessageTest.IsAccepted<SetInfoRequest>(Request, b => b[64 + 8]++)); // BufferOffset
    }
}
