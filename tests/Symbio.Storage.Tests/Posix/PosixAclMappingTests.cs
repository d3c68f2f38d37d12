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

        public uint? UserId(Sid sid) => sid.IsInDomain(Domain) ? 1000 + sid.RelativeId : null;

        public uint? GroupId(Sid sid) => UserId(sid);
    }
}
