using Symbio.Protocol.Smb2;

namespace Symbio.Protocol.Tests.Smb2;

public sealed class ChangeNotifyTests
{
    private const string Request =
        "FE534D4240000100000000000F00010010000000000000003A02000000000000" +
        "00000000C420F666F3B0B84F0000000000000000000000000000000000000000" +
        "20000100E80300008456EB85000000000957813500000000FF0F000000000000";
    private const string Response =
        "FE534D4240000100000000000F00000013000000000000003A02000000000000" +
        "3A02000000000000F3B0B84F0000000000000000000000000000000000000000" +
        "09004800100000000000000001000000040000007A007A00";

    [Fact] // [MS-SMB2] 2.2.35
    public void Request_reads_and_writes()
    {
        ChangeNotifyRequest request = MessageTest.RoundTrip<ChangeNotifyRequest>(Request);
        Assert.Equal(NotifyFlags.WatchTree, request.Flags);
        Assert.Equal(1000u, request.OutputBufferLength);
        Assert.Equal(CompletionFilter.All, request.CompletionFilter);
    }

    [Fact] // [MS-SMB2] 2.2.36
    public void Response_reads_and_writes() =>
        Assert.Equal(16, MessageTest.RoundTrip<ChangeNotifyResponse>(Response).Buffer.Length);

    [Fact] // STATUS_NOTIFY_ENUM_DIR
    public void Empty_response_reads_and_writes() => MessageTest.RoundTrip(new ChangeNotifyResponse(0, default));
}
