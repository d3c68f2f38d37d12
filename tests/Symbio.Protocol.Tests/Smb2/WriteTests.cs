using Symbio.Protocol.Smb2;

namespace Symbio.Protocol.Tests.Smb2;

public sealed class WriteTests
{
    private const string Request =
        "FE534D4240000100000000000900010010000000000000000800000000000000" +
        "0000000050AA2D7960C7C0CD0000000000000000000000000000000000000000" +
        "310070000100000000000000000000004F4DB55900000000A247F3B70000000000000000000000000000000000000000" +
        "00";
    private const string Response =
        "FE534D4240000100000000000900010011000000000000000A00000000000000" +
        "00000000C420F666F3B0B84F0000000000000000000000000000000000000000" +
        "11000000640000000000000000000000";

    [Fact] // [MS-SMB2] 2.2.21
    public void Request_reads_and_writes()
    {
        WriteRequest request = MessageTest.RoundTrip<WriteRequest>(Request);
        Assert.Equal(0x70, request.DataOffset);
        Assert.Equal(1u, request.Length);
        Assert.Equal([0], request.Data.ToArray());
    }

    [Fact] // [MS-SMB2] 2.2.22
    public void Response_reads_and_writes() =>
        Assert.Equal(100u, MessageTest.RoundTrip<WriteResponse>(Response).Count);

    [Fact]
    public void Every_field_reads_and_writes()
    {
        var message = new WriteRequest(
            0x70, 5, 1UL << 40, new FileId(1, 2), Channel.None, 3, WriteFlags.WriteThrough, default,
            "hello"u8.ToArray());
        Assert.Equal("hello"u8, MessageTest.RoundTrip(message).Data.Span);
        MessageTest.RoundTrip(message with { Length = 0, Data = default });
        MessageTest.RoundTrip(message with
        {
            DataOffset = 0, Length = 0, Data = default, Channel = Channel.RdmaV1, ChannelInfo = new byte[16],
        });
        MessageTest.RoundTrip(message with { DataOffset = 0x80, ChannelInfo = new byte[16] });
    }

    [Fact]
    public void Data_outside_the_message_is_refused()
    {
        Assert.False(MessageTest.IsAccepted<WriteRequest>(Request, b => b[64 + 2]++));
        Assert.False(MessageTest.IsAccepted<WriteRequest>(Request, b => b[64 + 4]++));
        Assert.False(MessageTest.IsAccepted<WriteRequest>(Request, b => b[64 + 7] = 0xFF));
    }

    [Fact] // Else a client could have the header, or what the server keeps before the frame, written to a file.
    public void Data_before_the_buffer_is_refused()
    {
        Assert.False(MessageTest.IsAccepted<WriteRequest>(Request, b => b[64 + 2] = 0));
        Assert.False(MessageTest.IsAccepted<WriteRequest>(Request, b => b[64 + 2]--));
    }
}
