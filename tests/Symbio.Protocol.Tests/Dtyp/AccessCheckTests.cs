using Symbio.Protocol.Dtyp;

namespace Symbio.Protocol.Tests.Dtyp;

public sealed class AccessCheckTests
{
    private static readonly Sid s_user = Sid.Parse("S-1-5-21-1-2-3-1000");
    private static readonly SecurityToken s_token = Token(TokenPrivileges.None);

    [Theory] // [MS-DTYP] 2.5.3.2; U is the user, and MA asks for the most.
    [InlineData("O:SYD:NO_ACCESS_CONTROL", 0x1F01FF, 0x1F01FF)]
    [InlineData("O:SY", 0x1F01FF, 0x1F01FF)] // No DACL, no policy.
    [InlineData("O:SYD:", 0x1, -1)]
    [InlineData("O:SYD:", 0x0, 0x0)]
    [InlineData("O:UD:", 0x60000, 0x60000)] // The owner reads and writes the DACL.
    [InlineData("O:UD:", 0x1, -1)]
    [InlineData("O:BUD:", 0x20000, 0x20000)] // A group may be the owner.
    [InlineData("O:UD:(A;;FR;;;OW)", 0x40000, -1)] // OWNER RIGHTS takes that away,
    [InlineData("O:UD:(A;;FR;;;OW)", 0x120089, 0x120089)] // and gives what it says,
    [InlineData("O:SYD:(A;;FR;;;OW)", 0x1, -1)] // to the owner alone.
    [InlineData("O:UD:(A;IO;FR;;;OW)", 0x40000, 0x40000)]
    [InlineData("O:UD:(D;;WD;;;OW)(A;;FA;;;U)", 0x40000, -1)]
    [InlineData("O:UD:(A;;0x12008b;;;U)(D;;0x1a0176;;;OW)(A;;FA;;;U)", 0x2000000, 0x12008B | 0x1F01FF & ~0x1A0176)]
    [InlineData("O:SYD:(A;;FR;;;U)", 0x80000000, 0x120089)] // Generic rights are mapped, asked for or granted.
    [InlineData("O:SYD:(A;;GR;;;U)", 0x1, 0x1)]
    [InlineData("O:SYD:(A;;FR;;;BU)", 0x1, 0x1)] // Group
    [InlineData("O:SYD:(A;;FR;;;BA)", 0x1, -1)]
    [InlineData("O:SYD:(A;IO;FA;;;U)", 0x1, -1)]
    [InlineData("O:SYD:(A;;FA;;;U)(D;;FA;;;U)", 0x1, 0x1)] // The first ACE decides.
    [InlineData("O:SYD:(D;;0x2;;;BU)(A;;FA;;;U)", 0x3, -1)]
    [InlineData("O:SYD:(D;;0x2;;;BU)(A;;FA;;;U)", 0x1, 0x1)]
    [InlineData("O:SYD:(A;;0x1;;;U)(A;;0x2;;;BU)", 0x3, 0x3)] // Rights add up.
    [InlineData("O:SYD:(D;;0x2;;;BU)(A;;FA;;;U)", 0x2000000, 0x1F01FD)]
    [InlineData("O:SYD:(A;;FR;;;U)", 0x2000001, 0x120089)]
    [InlineData("O:SYD:(A;;FR;;;U)", 0x2000002, -1)]
    [InlineData("O:SYD:", 0x2000000, -1)]
    [InlineData("O:SYD:(A;;0xffffffff;;;U)", 0x2000000, 0x1F01FF)]
    public void Table(string sddl, long desired, long granted)
    {
        var descriptor = Parse(sddl);

        var result = AccessCheck.Evaluate(descriptor, s_token, (AccessMask)desired);

        Assert.Equal(granted < 0 ? NtStatus.AccessDenied : NtStatus.Success, result.Status);
        Assert.Equal(granted < 0 ? 0 : granted, (long)result.Granted);
    }

    [Fact]
    public void System_security_is_by_privilege()
    {
        var descriptor = Parse("O:SYD:(A;;0x11f01ff;;;U)");
        const AccessMask Desired = AccessMask.SystemSecurity | AccessMask.ReadData;

        Assert.Equal((NtStatus.PrivilegeNotHeld, AccessMask.None),
            AccessCheck.Evaluate(descriptor, s_token, Desired));
        Assert.Equal((NtStatus.Success, Desired),
            AccessCheck.Evaluate(descriptor, Token(TokenPrivileges.Security), Desired));
    }

    [Fact]
    public void Take_ownership_grants_write_owner_when_asked()
    {
        var descriptor = Parse("O:SYD:(A;;FR;;;U)");
        var token = Token(TokenPrivileges.TakeOwnership);

        Assert.Equal(NtStatus.AccessDenied, AccessCheck.Evaluate(descriptor, s_token, AccessMask.WriteOwner).Status);
        Assert.Equal(NtStatus.Success, AccessCheck.Evaluate(descriptor, token, AccessMask.WriteOwner).Status);
        Assert.Equal(AccessMask.FileGenericRead,
            AccessCheck.Evaluate(descriptor, token, AccessMask.MaximumAllowed).Granted);
    }

    [Fact]
    public void Backup_and_restore_count_with_backup_intent()
    {
        var descriptor = Parse("O:SYD:");
        var token = Token(TokenPrivileges.Backup | TokenPrivileges.Restore);

        Assert.Equal(NtStatus.AccessDenied, AccessCheck.Evaluate(descriptor, token, AccessMask.ReadData).Status);
        Assert.Equal(NtStatus.Success,
            AccessCheck.Evaluate(descriptor, token, AccessMask.GenericRead, backupIntent: true).Status);
        Assert.Equal(NtStatus.Success, AccessCheck.Evaluate(
            descriptor, token, AccessMask.GenericWrite | AccessMask.Delete, backupIntent: true).Status);
    }

    [Fact]
    public void Rights_from_the_parent_are_added()
    {
        var descriptor = Parse("O:SYD:(A;;0x2;;;U)");
        const AccessMask Extra = AccessMask.Delete | AccessMask.ReadAttributes;

        Assert.Equal((NtStatus.Success, AccessMask.Delete),
            AccessCheck.Evaluate(descriptor, s_token, AccessMask.Delete, extra: Extra));
        Assert.Equal((NtStatus.Success, AccessMask.WriteData | Extra),
            AccessCheck.Evaluate(descriptor, s_token, AccessMask.MaximumAllowed, extra: Extra));
    }

    [Fact]
    public void Callback_aces_deny_but_never_allow()
    {
        var allow = new Ace(AceType.AccessAllowedCallback, AceFlags.None, AccessMask.FileAll, s_user);
        var deny = new Ace(AceType.AccessDeniedCallback, AceFlags.None, AccessMask.WriteData, s_user);
        var descriptor = SecurityDescriptor.Create(Sid.LocalSystem, null, allow, deny, Ace.Allow(s_user, (AccessMask)3));

        Assert.Equal(AccessMask.ReadData, AccessCheck.MaximalAccess(descriptor, s_token));
    }

    [Fact]
    public void Anonymous_is_not_everyone()
    {
        var descriptor = Parse("O:SYD:(A;;FR;;;WD)(A;;0x2;;;AN)");

        Assert.Equal(AccessMask.WriteData, AccessCheck.MaximalAccess(descriptor, SecurityToken.Anonymous));
        Assert.False(s_token.MayAssignOwner(Sid.LocalSystem));
        Assert.True(s_token.MayAssignOwner(Sid.BuiltinUsers));
    }

    // The walk of the specification, one right at a time, against ours: random lists, all single rights.
    [Fact]
    public void Agrees_with_the_pseudocode()
    {
        var random = new Random(4711);
        Sid[] sids = [s_user, Sid.BuiltinUsers, Sid.Everyone, Sid.BuiltinAdministrators, Sid.OwnerRights];
        for (int round = 0; round < 2000; round++)
        {
            var aces = new Ace[random.Next(6)];
            for (int i = 0; i < aces.Length; i++)
            {
                aces[i] = new Ace(random.Next(2) == 0 ? AceType.AccessAllowed : AceType.AccessDenied,
                    random.Next(4) == 0 ? AceFlags.InheritOnly : AceFlags.None, (AccessMask)random.Next(0x200000),
                    sids[random.Next(sids.Length)]);
            }

            var descriptor = SecurityDescriptor.Create(
                random.Next(2) == 0 ? s_user : Sid.LocalSystem, null, aces);
            var desired = (AccessMask)random.Next(0x200) & (AccessMask)random.Next(0x200);
            bool expected = Pseudocode(descriptor, desired);

            Assert.Equal(expected, AccessCheck.Evaluate(descriptor, s_token, desired).Status == NtStatus.Success);
            Assert.Equal(expected, (desired & ~AccessCheck.MaximalAccess(descriptor, s_token)) == 0);
        }
    }

    private static bool Pseudocode(SecurityDescriptor descriptor, AccessMask remaining)
    {
        bool isOwner = descriptor.Owner == s_user;
        foreach (var ace in descriptor.Dacl!.Aces.Where(ace => !ace.IsInheritOnly))
        {
            if (!s_token.Contains(ace.Sid) && !(isOwner && ace.Sid == Sid.OwnerRights))
                continue;
            if (ace.Type == AceType.AccessAllowed)
                remaining &= ~ace.Mask;
            else if ((remaining & ace.Mask) != 0)
                return false;
        }

        return remaining == 0;
    }

    private static SecurityDescriptor Parse(string sddl) =>
        Sddl.Parse(sddl.Replace("O:U", $"O:{s_user}", StringComparison.Ordinal)
            .Replace(";U)", $";{s_user})", StringComparison.Ordinal)
            .Replace($"O:{s_user}D:", $"O:{s_user}D:", StringComparison.Ordinal));

    private static SecurityToken Token(TokenPrivileges privileges) =>
        new(s_user, [Sid.Everyone, Sid.AuthenticatedUsers, Sid.BuiltinUsers, Sid.Network], privileges);
}
