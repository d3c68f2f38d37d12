using Symbio.Protocol.Smb2;

namespace Symbio.Protocol.Tests.Smb2;

public sealed class LockTests
{
    private const string Request =
        "FE534D4240000100000000000A00010010000000000000000600000000000000" +
        "00000000E5B1D691F71FDB750000000000000000000000000000000000000000" +
        "300001000000000021227AD4000000000093813D00000000000000000000000064000000000000000200000000000000";
    private const string Response =
        "FE534D4240000100000000000A00010011000000000000000600000000000000" +
        "00000000E5B1D691F71FDB750000000000000000000000000000000000000000" +
        "04000000";

    [Fact] // [MS-SMB2] 2.2.26
    public void Request_reads_and_writes()
    {
        LockRequest request = MessageTest.RoundTrip<LockRequest>(Request);
        Assert.Equal(1, request.LockCount);
        Assert.Equal(new LockElement(0, 100, LockFlags.ExclusiveLock), request[0]);
    }

    [Fact] // [MS-SMB2] 2.2.27
    public void Response_reads_and_writes() => MessageTest.RoundTrip<LockResponse>(Response);

    [Fact]
    public void Sequence_and_locks_read_and_write()
    {
        LockElement[] locks =
        [
            new(0, ulong.MaxValue, LockFlags.SharedLock | LockFlags.FailImmediately),
            new(ulong.MaxValue, 0, LockFlags.Unlock),
            new(7, 8, LockFlags.ExclusiveLock),
        ];
        LockRequest read = MessageTest.RoundTrip(new LockRequest(0xA, 64, new FileId(1, 2), locks));
        Assert.Equal(0xA, read.LockSequenceNumber);
        Assert.Equal(64u, read.LockSequenceIndex);
        Assert.Equal(0x40Au, read.LockSequence);
        Assert.Equal<LockElement[]>(locks, [read[0], read[1], read[2]]);
    }

    [Fact]
    public void More_locks_than_there_are_is_refused()
    {
        Assert.False(MessageTest.IsAccepted<LockRequest>(Request, b => b[64 + 2] = 2));
        Assert.False(MessageTest.IsAccepted<LockRequest>(Request, b => b[64 + 3] = 0xFF));
        Assert.True(MessageTest.IsAccepted<LockRequest>(Request, b => b[64 + 2] = 0)); // For the server to refuse.
    }
}
