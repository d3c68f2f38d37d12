using Symbio.Protocol.Smb2;

namespace Symbio.Protocol.Tests.Smb2;

public sealed class ReadTests
{
    private const string Request =
        "FE534D4240000100000000000800010010000000000000000E00000000000000" +
        "00000000C420F666F3B0B84F0000000000000000000000000000000000000000" +
        "310000006400000000000000000000006767CFB8000000004928F8C10000000000000000000000000000000000000000" +
        "00";
    private const string Response =
        "FE534D4240000100000000000800010011000000000000000C00000000000000" +
        "00000000E71BE3A76AC2AB050000000000000000000000000000000000000000" +
        "1100500001000000000000000000000000";

    [Fact] // [MS-SMB2] 2.2.19
    public void Request_reads_and_writes()
    {
        ReadRequest request = MessageTest.RoundTrip<ReadRequest>(Request, slack: 1);
        Assert.Equal(0x64u, request.Length);
        Assert.Equal(0UL, request.Offset);
        Assert.Equal(Channel.None, request.Channel);
    }

    [Fact] // [MS-SMB2] 2.2.20
    public void Response_reads_and_writes()
    {
        ReadResponse response = MessageTest.RoundTrip<ReadResponse>(Response);
        Assert.Equal(response.DataLength, (uint)response.Data.Length);
        Assert.NotEqual(0u, response.DataLength);
    }

    [Fact]
    public void Channel_info_reads_and_writes() => MessageTest.RoundTrip(new ReadRequest(
        0x50, ReadFlags.Unbuffered, 0x10000, 1UL << 40, new FileId(1, 2), 9, Channel.RdmaV1Invalidate, 10,
        new byte[32]));

    [Fact]
    public void Response_whose_data_is_elsewhere_writes_the_fixed_part()
    {
        byte[] bytes = new byte[Smb2Header.Size + ReadResponse.FixedSize];
        var writer = new WireWriter(bytes, Smb2Header.Size);
        new ReadResponse(1000, 0, default).Write(ref writer);
        Assert.True(writer.IsValid);
        Assert.Equal(bytes.Length, writer.Position);
        Assert.Equal(ReadResponse.DataOffset, bytes[64 + 2]);
        Assert.Equal(1000u, BitConverter.ToUInt32(bytes, 64 + 4));
    }

    [Fact]
    public void Data_outside_the_message_is_refused()
    {
        Assert.False(MessageTest.IsAccepted<ReadResponse>(Response, b => b[64 + 2]++));
        Assert.False(MessageTest.IsAccepted<ReadResponse>(Response, b => b[64 + 7] = 0xFF));
    }
}
