using System.Buffers.Binary;
using Symbio.Protocol.Dtyp;
using Symbio.Testing;

namespace Symbio.Identity.Tests.Domain;

public sealed class PacTests
{
    [Fact] // [MS-PAC] 2.5, 2.10, from a Samba domain controller.
    public void A_captured_one_tells_who_the_user_is()
    {
        var pac = PrivilegeAttributeCertificate.Read(CapturedTicket.Pac);

        Assert.NotNull(pac);
        Assert.Equal("alice", pac.UserName);
        Assert.Equal("EXAMPLE", pac.DomainName);
        Assert.Equal(CapturedTicket.DomainSid, pac.DomainSid.ToString());
        Assert.Equal(CapturedTicket.DomainSid + "-1106", pac.UserSid.ToString());
        Assert.Equal(CapturedTicket.DomainSid + "-513", pac.PrimaryGroupSid.ToString());
        Assert.Equal("alice@example.test", pac.UserPrincipalName);
        Assert.Equal("EXAMPLE.TEST", pac.DnsDomainName);
        // Domain Users, eng, staff, projects; AuthenticationAuthorityAssertedIdentity (S-1-18-1) comes as an extra SID.
        Assert.Equal(
            [
                CapturedTicket.DomainSid + "-513", CapturedTicket.DomainSid + "-1103", CapturedTicket.DomainSid + "-1104",
                CapturedTicket.DomainSid + "-1105", "S-1-18-1",
            ],
            pac.Groups.Select(sid => sid.ToString()));
    }

    [Fact] // [MS-PAC] 2.5: of the server's domain, not of the account's.
    public void Groups_of_the_resource_domain_count()
    {
        KerbValidationInfo info = PacSamples.Bob();
        info.UserFlags = ValidationUserFlags.ResourceGroups;
        info.ResourceGroupDomainSid = PacSamples.Resources;
        info.ResourceGroupIds = [PacSamples.Group(2001), PacSamples.Group(2002)];

        var pac = PrivilegeAttributeCertificate.Read(PacSamples.With(info));

        Assert.Equal(
            ["S-1-5-21-1-2-3-513", "S-1-5-21-1-2-3-1200", "S-1-5-21-7-8-9-2001", "S-1-5-21-7-8-9-2002"],
            pac!.Groups.Select(sid => sid.ToString()));
    }

    [Fact]
    public void Extra_sids_count_when_the_flag_says_so()
    {
        KerbValidationInfo info = PacSamples.Bob();
        info.ExtraSids = [new SidAndAttributes { Sid = Sid.Parse("S-1-5-21-4-5-6-1000"), Attributes = 7 }];
        Assert.DoesNotContain(Sid.Parse("S-1-5-21-4-5-6-1000"), PrivilegeAttributeCertificate.Read(PacSamples.With(info))!.Groups);

        info.UserFlags = ValidationUserFlags.ExtraSids;
        Assert.Contains(Sid.Parse("S-1-5-21-4-5-6-1000"), PrivilegeAttributeCertificate.Read(PacSamples.With(info))!.Groups);
    }

    [Fact]
    public void Resource_groups_without_their_domain_are_malformed()
    {
        KerbValidationInfo info = PacSamples.Bob();
        info.UserFlags = ValidationUserFlags.ResourceGroups;
        info.ResourceGroupIds = [PacSamples.Group(2001)];

        Assert.Null(PrivilegeAttributeCertificate.Read(PacSamples.With(info)));
    }

    [Fact]
    public void Nobody_is_nobody()
    {
        KerbValidationInfo info = PacSamples.Bob();
        info.EffectiveName = null;
        Assert.Null(PrivilegeAttributeCertificate.Read(PacSamples.With(info)));
        info = PacSamples.Bob();
        info.LogonDomainId = null;
        Assert.Null(PrivilegeAttributeCertificate.Read(PacSamples.With(info)));
        Assert.Null(PrivilegeAttributeCertificate.Read(PacSamples.Pac()));
        Assert.Null(PrivilegeAttributeCertificate.Read(default));
    }

    [Fact] // A domain's SID with 15 sub-authorities has no room for a RID.
    public void A_domain_sid_that_takes_no_rid_is_malformed()
    {
        KerbValidationInfo info = PacSamples.Bob();
        info.LogonDomainId = new Sid(5, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);

        Assert.Null(PrivilegeAttributeCertificate.Read(PacSamples.With(info)));
    }

    [Fact] // [MS-PAC] 2.4: Offset and cbBufferSize are the sender's word.
    public void Buffers_that_lie_elsewhere_are_malformed()
    {
        foreach (long offset in new[] { 0L, 8, 0x7FFF_FFFF, 0x1_0000_0000, long.MaxValue, -1 })
        {
            byte[] pac = PacSamples.With(PacSamples.Bob());
            BinaryPrimitives.WriteInt64LittleEndian(pac.AsSpan(16), offset);
            Assert.Null(PrivilegeAttributeCertificate.Read(pac));
        }

        byte[] large = PacSamples.With(PacSamples.Bob());
        BinaryPrimitives.WriteInt32LittleEndian(large.AsSpan(12), large.Length);
        Assert.Null(PrivilegeAttributeCertificate.Read(large));
    }

    [Fact]
    public void It_may_end_anywhere_in_what_is_read()
    {
        byte[] pac = PacSamples.With(PacSamples.Bob());
        Assert.NotNull(PrivilegeAttributeCertificate.Read(pac));
        for (int length = 0; length < pac.Length - 16; length++)
            Assert.Null(PrivilegeAttributeCertificate.Read(pac.AsMemory(0, length)));
    }

    [Fact]
    public void What_is_written_is_what_was_captured()
    {
        // The logon information is the first buffer: 480 bytes at 120.
        byte[] captured = CapturedTicket.Pac[120..600];
        Assert.True(TypeSerialization.TryRead(captured, out KerbValidationInfo info));

        Assert.True(TypeSerialization.TryRead(TypeSerialization.Write(info), out KerbValidationInfo again));
        Assert.Equal(info.FullName, again.FullName);
        Assert.Equal("Alice Tester", again.FullName);
        Assert.Equal(info.LogonTime, again.LogonTime);
        Assert.Equal(info.GroupIds, again.GroupIds);
        Assert.Equal("DC", again.LogonServer);
        Assert.Equal(0x10u, again.UserAccountControl); // USER_NORMAL_ACCOUNT
        Assert.Equal(info.ExtraSids![0].Sid, again.ExtraSids![0].Sid);
    }
}
