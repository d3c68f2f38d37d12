using Symbio.Protocol.Smb2;

namespace Symbio.Protocol.Tests.Smb2;

public sealed class ErrorResponseTests
{
    private const string Error =
        "FE534D4240008000060000800E00800011000000000000009100000000000000" +
        "00000000C420F666F3B0B84F0000000000000000000000000000000000000000" +
        "090000000000000000";

    [Fact] // [MS-SMB2] 2.2.2
    public void Plain_error_reads_and_writes()
    {
        ErrorResponse response = MessageTest.RoundTrip<ErrorResponse>(Error, slack: 1);
        Assert.Equal(0, response.ErrorContextCount);
        Assert.True(response.ErrorData.IsEmpty);
    }

    [Fact] // [MS-SMB2] 2.2.2.1
    public void Contexts_read_and_write()
    {
        byte[] data = new byte[64];
        var writer = new WireWriter(data);
        new ErrorContext(ErrorId.Default, new byte[] { 1, 2, 3 }).Write(ref writer);
        new ErrorContext(ErrorId.ShareRedirect, new byte[] { 4 }).Write(ref writer);

        ErrorResponse read = MessageTest.RoundTrip(new ErrorResponse(2, writer.Written.ToArray()));

        Assert.True(read.Contexts.TryGet(ErrorId.Default, out var first));
        Assert.Equal([1, 2, 3], first.ToArray());
        Assert.True(read.Contexts.TryGet(ErrorId.ShareRedirect, out var second));
        Assert.Equal([4], second.ToArray());
        Assert.False(new ErrorContextList(read.ErrorData[..^1], 2).TryGet(ErrorId.ShareRedirect, out _));
        Assert.False(new ErrorContextList(read.ErrorData, 2).TryGet((ErrorId)5, out _));
    }

    [Fact] // [MS-SMB2] 2.2.2.2.1: the example of 4.4's shape, made by hand.
    public void Symbolic_link_reads_and_writes()
    {
        const string Hex =
            "24000000" + "53594D4C" + "0C0000A0" + "1800" + "0400" + // lengths: all but themselves, reparse data
            "0000" + "0600" + "0600" + "0600" + "01000000" + // names, relative
            "61002F006200" + "630064006500";
        byte[] bytes = Convert.FromHexString(Hex);

        Assert.True(SymbolicLinkErrorResponse.TryRead(bytes, out SymbolicLinkErrorResponse response));
        Assert.Equal("a/b", WireReader.ToUtf16(response.SubstituteName.Span));
        Assert.Equal("cde", WireReader.ToUtf16(response.PrintName.Span));
        Assert.Equal(4, response.UnparsedPathLength);
        Assert.Equal(SymbolicLinkFlags.Relative, response.Flags);

        byte[] written = new byte[response.Length];
        var writer = new WireWriter(written);
        response.Write(ref writer);
        Assert.True(writer.IsValid);
        Assert.Equal(Hex, Convert.ToHexString(written));
        for (int length = 0; length < bytes.Length; length++)
            Assert.False(SymbolicLinkErrorResponse.TryRead(bytes.AsMemory(0, length), out _));
    }

    [Fact]
    public void Lying_byte_count_is_refused()
    {
        Assert.False(MessageTest.IsAccepted<ErrorResponse>(Error, b => b[64 + 4] = 2));
        Assert.False(MessageTest.IsAccepted<ErrorResponse>(Error, b => b[64 + 7] = 0xFF));
    }
}
