using Symbio.Protocol.Dtyp;
using Symbio.Storage.Posix;

namespace Symbio.Storage.Tests.Posix;

public sealed class PosixAclMappingTests
{
    private static readonly Sid Domain = Sid.Parse("S-1-5-21-1-2-3");

    [Fact] // As with Samba's ID_TYPE_BOTH: the kernel finds the members of a group by its gid only.
    public void A_sid_that_may_be_a_user_or_a_group_gets_an_entry_of_each_kind()
    {
        PosixAclEntry[] entries = Map(Domain.AppendRid(500));

        Assert.Contains(new PosixAclEntry(PosixAclTag.User, PosixRights.All, 1500), entries);
        Assert.Contains(new PosixAclEntry(PosixAclTag.Group, PosixRights.All, 1500), entries);
    }

    [Theory]
    [InlineData(10u)]
    [InlineData(20u)]
    public void Owner_and_owning_group_have_the_entries_they_always_have(uint rid)
    {
        PosixAclEntry[] entries = Map(Domain.AppendRid(rid));

        Assert.DoesNotContain(entries, entry => entry.Tag is PosixAclTag.User or PosixAclTag.Group or PosixAclTag.Mask);
    }

    [Fact] // A DACL has room for 2,700 of them, and a name service may be behind the map.
    public void A_sid_is_looked_up_once_however_many_aces_it_has()
    {
        var identities = new ByRid();
        Ace[] aces = [.. Enumerable.Range(0, 1000).Select(i => Ace.Allow(Domain.AppendRid(500 + ((uint)i % 2)), AccessMask.ReadData))];
        SecurityDescriptor descriptor = SecurityDescriptor.Create(Domain.AppendRid(10), Domain.AppendRid(20), aces);

        PosixAcl acl = PosixAclMapping.ToAccessAcl(descriptor, 1010, 1020, isDirectory: false, identities);

        Assert.Equal(8, acl.Entries.Count);
        Assert.Equal([500u, 501u], identities.Asked.Order());
    }

    [Fact] // A DACL may have any order, and more than one ACE for a SID.
    public void Rights_are_those_of_the_aces_in_their_order()
    {
        var random = new Random(4711);
        Sid[] sids = [Sid.Everyone, Sid.AuthenticatedUsers, .. Enumerable.Range(0, 4).Select(i => Domain.AppendRid(500 + (uint)i))];
        AccessMask[] masks =
        [
            AccessMask.ReadData, AccessMask.WriteData, AccessMask.AppendData, AccessMask.Execute, AccessMask.GenericRead,
            AccessMask.GenericAll, AccessMask.FileGenericWrite, AccessMask.ReadData | AccessMask.Execute, AccessMask.Delete,
        ];
        for (int round = 0; round < 2000; round++)
        {
            Ace[] aces = [.. Enumerable.Range(0, random.Next(12)).Select(_ => Next())];
            bool isDirectory = random.Next(2) == 0;
            var rights = new AceRights(aces, isDirectory);
            foreach (Sid? sid in (Sid?[])[null, .. sids])
                Assert.Equal(OneByOne(aces, sid, isDirectory), rights.Of(sid));
        }

        Assert.Equal(PosixRights.All, new AceRights(null, isDirectory: false).Of(null));

        Ace Next()
        {
            Ace ace = Ace.Allow(sids[random.Next(sids.Length)], masks[random.Next(masks.Length)]);
            return random.Next(3) == 0 ? ace with { Type = AceType.AccessDenied } : ace;
        }
    }

    // [MS-DTYP] 2.5.3.2, for one SID and everyone.
    private static PosixRights OneByOne(Ace[] aces, Sid? sid, bool isDirectory)
    {
        AccessMask granted = 0, denied = 0;
        foreach (Ace ace in aces)
        {
            if (ace.Sid != sid && ace.Sid != Sid.Everyone && ace.Sid != Sid.AuthenticatedUsers)
                continue;
            AccessMask mask = GenericMapping.File.Map(ace.Mask);
            if (ace.Type == AceType.AccessAllowed)
                granted |= mask & ~denied;
            else
                denied |= mask & ~granted;
        }

        PosixRights rights = (granted & AccessMask.ReadData) != 0 ? PosixRights.Read : PosixRights.None;
        rights |= (granted & (AccessMask.WriteData | AccessMask.AppendData)) != 0 ? PosixRights.Write : PosixRights.None;
        bool passes = (granted & AccessMask.Execute) != 0 || (isDirectory && rights != 0);
        return rights | (passes ? PosixRights.Execute : PosixRights.None);
    }

    // A file of 1010:1020 whose DACL grants everything to this SID.
    private static PosixAclEntry[] Map(Sid granted)
    {
        SecurityDescriptor descriptor = SecurityDescriptor.Create(
            Domain.AppendRid(10), Domain.AppendRid(20), [Ace.Allow(granted, AccessMask.FileAll)]);
        return [.. PosixAclMapping.ToAccessAcl(descriptor, 1010, 1020, isDirectory: false, new ByRid()).Entries];
    }

    private sealed class ByRid : IIdentityMap
    {
        public Sid UserSid(uint uid) => Domain.AppendRid(uid - 1000);

        public Sid GroupSid(uint gid) => Domain.AppendRid(gid - 1000);

        public List<uint> Asked { get; } = [];

        public uint? UserId(Sid sid)
        {
            Asked.Add(sid.RelativeId);
            return GroupId(sid);
        }

        public uint? GroupId(Sid sid) => sid.IsInDomain(Domain) ? 1000 + sid.RelativeId : null;
    }
}
