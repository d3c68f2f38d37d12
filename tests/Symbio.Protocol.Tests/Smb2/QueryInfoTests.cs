using Symbio.Protocol.Smb2;

namespace Symbio.Protocol.Tests.Smb2;

public sealed class QueryInfoTests
{
    private const string Request =
        "FE534D4240000100000000001000010010000000000000000D00000000000000" +
        "00000000C420F666F3B0B84F0000000000000000000000000000000000000000" +
        "29000112FFFF0000000000000000000000000000000000006767CFB8000000004928F8C10000000000";
    private const string Response =
        "FE534D4240000100000000001000010011000000000000001601000000000000" +
        "00000000C420F666F3B0B84F0000000000000000000000000000000000000000" +
        "090048000E0000000A00000061002E00740078007400";

    [Fact] // [MS-SMB2] 2.2.37
    public void Request_reads_and_writes()
    {
        QueryInfoRequest request = MessageTest.RoundTrip<QueryInfoRequest>(Request, slack: 1);
        Assert.Equal(InfoType.File, request.InfoType);
        Assert.Equal(0x12, request.FileInfoClass); // FileAllInformation
        Assert.Equal(0xFFFFu, request.OutputBufferLength);
    }

    [Fact] // [MS-SMB2] 2.2.38
    public void Response_reads_and_writes()
    {
        QueryInfoResponse response = MessageTest.RoundTrip<QueryInfoResponse>(Response);
        Assert.Equal("a.txt", WireReader.ToUtf16(response.Buffer.Span[4..]));
    }

    [Fact]
    public void Input_reads_and_writes() => MessageTest.RoundTrip(new QueryInfoRequest(
        InfoType.Quota, 0, 1, 2, QueryInfoFlags.IndexSpecified, new FileId(3, 4), new byte[20]));

    [Fact]
    public void Buffers_outside_the_message_are_refused()
    {
        Assert.False(MessageTest.IsAccepted<QueryInfoRequest>(Request, b => b[64 + 12] = 0xFF)); // InputBufferLength
        Assert.False(MessageTest.IsAccepted<QueryInfoRequest>(Request, b => b[64 + 12] = 2)); // in the header
        Assert.False(MessageTest.IsAccepted<QueryInfoResponse>(Response, b => b[64 + 2]++));
        Assert.False(MessageTest.IsAccepted<QueryInfoResponse>(Response, b => b[64 + 4]++));
    }
}
