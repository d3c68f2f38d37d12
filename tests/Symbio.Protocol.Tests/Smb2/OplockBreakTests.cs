using Symbio.Protocol.Smb2;

namespace Symbio.Protocol.Tests.Smb2;

public sealed class OplockBreakTests
{
    private const string Notification =
        "FE534D424000000000000000120000000100000000000000FFFFFFFFFFFFFFFF" +
        "000000000000000060C7C0CD0000000000000000000000000000000000000000" +
        "18000100000000004F4DB55900000000A247F3B700000000";
    private const string Acknowledgment =
        "FE534D4240000100000000001200010010000000000000000700000000000000" +
        "0000000050AA2D7960C7C0CD0000000000000000000000000000000000000000" +
        "18000100000000004F4DB55900000000A247F3B700000000";
    private const string LeaseNotification =
        "FE534D424000000000000000120000000100000000000000FFFFFFFFFFFFFFFF" +
        "0000000000000000000000000000000000000000000000000000000000000000" +
        "2C000000010000000DF0DDE0FE0FDCBAF20F221F01F023450500000001000000000000000000000000000000";
    private const string LeaseAcknowledgment =
        "FE534D4240000100000000001200020010000000000000004700000000000000" +
        "000000008DCE556C2CD1B8E70000000000000000000000000000000000000000" +
        "24000000000000000DF0DDE0FE0FDCBAF20F221F01F02345010000000000000000000000";
    private const string LeaseResponse =
        "FE534D4240000100000000001200020011000000000000004700000000000000" +
        "000000008DCE556C2CD1B8E70000000000000000000000000000000000000000" +
        "24000000000000000DF0DDE0FE0FDCBAF20F221F01F02345010000000000000000000000";

    private static readonly Guid LeaseKey = new("e0ddf00d-0ffe-badc-f20f-221f01f02345");

    [Fact] // [MS-SMB2] 2.2.23.1
    public void Oplock_notification_reads_and_writes() => Assert.Equal(
        OplockLevel.LevelII, MessageTest.RoundTrip<OplockBreakNotification>(Notification).OplockLevel);

    [Fact] // [MS-SMB2] 2.2.24.1
    public void Oplock_acknowledgment_reads_and_writes()
    {
        Assert.Equal(OplockLevel.LevelII,
            MessageTest.RoundTrip<OplockBreakAcknowledgment>(Acknowledgment).OplockLevel);
        OplockBreakRequest request = MessageTest.RoundTrip<OplockBreakRequest>(Acknowledgment);
        Assert.False(request.IsLease);
        Assert.Equal(0x59B54D4Fu, request.Oplock.FileId.Persistent);
    }

    [Fact] // [MS-SMB2] 2.2.25.1
    public void Oplock_response_reads_and_writes() =>
        MessageTest.RoundTrip(new OplockBreakResponse(OplockLevel.None, new FileId(1, 2)));

    [Fact] // [MS-SMB2] 2.2.23.2
    public void Lease_notification_reads_and_writes()
    {
        LeaseBreakNotification notification = MessageTest.RoundTrip<LeaseBreakNotification>(LeaseNotification);
        Assert.Equal(LeaseBreakFlags.AckRequired, notification.Flags);
        Assert.Equal(LeaseKey, notification.LeaseKey);
        Assert.Equal(LeaseState.ReadCaching | LeaseState.WriteCaching, notification.CurrentLeaseState);
        Assert.Equal(LeaseState.ReadCaching, notification.NewLeaseState);
    }

    [Fact] // [MS-SMB2] 2.2.24.2
    public void Lease_acknowledgment_reads_and_writes()
    {
        Assert.Equal(LeaseKey, MessageTest.RoundTrip<LeaseBreakAcknowledgment>(LeaseAcknowledgment).LeaseKey);
        OplockBreakRequest request = MessageTest.RoundTrip<OplockBreakRequest>(LeaseAcknowledgment);
        Assert.True(request.IsLease);
        Assert.Equal(LeaseState.ReadCaching, request.Lease.LeaseState);
    }

    [Fact] // [MS-SMB2] 2.2.25.2
    public void Lease_response_reads_and_writes() =>
        Assert.Equal(LeaseState.ReadCaching, MessageTest.RoundTrip<LeaseBreakResponse>(LeaseResponse).LeaseState);

    [Fact]
    public void Other_structure_sizes_are_refused() =>
        Assert.False(MessageTest.IsAccepted<OplockBreakRequest>(LeaseAcknowledgment, b => b[64] = 44));
}
