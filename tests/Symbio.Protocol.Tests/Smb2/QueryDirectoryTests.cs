using Symbio.Protocol.Smb2;

namespace Symbio.Protocol.Tests.Smb2;

public sealed class QueryDirectoryTests
{
    private const string Request =
        "FE534D4240008000000000000E00010010000000000000001100000000000000" +
        "00000000C420F666F3B0B84F0000000000000000000000000000000000000000" +
        "210025000000000030802DC70000000026A29C950000000060000200000080002A00";
    private const string Response =
        "FE534D4240000100000000000E00010011000000000000002B00000000000000" +
        "0000000081C9B51A9357ACEB0000000000000000000000000000000000000000" +
        "09004800200000001000000000000000020000002E0000000000000000000000040000002E002E00";

    [Fact] // [MS-SMB2] 2.2.33
    public void Request_reads_and_writes()
    {
        QueryDirectoryRequest request = MessageTest.RoundTrip<QueryDirectoryRequest>(Request);
        Assert.Equal(0x25, request.FileInformationClass);
        Assert.Equal("*", WireReader.ToUtf16(request.FileNameBytes.Span));
        Assert.Equal(0x00800000u, request.OutputBufferLength);
    }

    [Fact] // [MS-SMB2] 2.2.34
    public void Response_reads_and_writes() =>
        Assert.Equal(0x20, MessageTest.RoundTrip<QueryDirectoryResponse>(Response).Buffer.Length);

    [Fact]
    public void Every_field_reads_and_writes()
    {
        var message = new QueryDirectoryRequest(
            1, QueryDirectoryFlags.Reopen | QueryDirectoryFlags.IndexSpecified, 2, new FileId(3, 4), 5, new byte[3]);
        Assert.False(MessageTest.RoundTrip(message).IsFileNameLengthEven);
        MessageTest.RoundTrip(message with { FileNameBytes = default });
    }

    [Fact]
    public void Buffers_outside_the_message_are_refused()
    {
        Assert.False(MessageTest.IsAccepted<QueryDirectoryRequest>(Request, b => b[64 + 24]++));
        Assert.False(MessageTest.IsAccepted<QueryDirectoryRequest>(Request, b => b[64 + 26]++));
        Assert.False(MessageTest.IsAccepted<QueryDirectoryResponse>(Response, b => b[64 + 7] = 0xFF));
    }
}
