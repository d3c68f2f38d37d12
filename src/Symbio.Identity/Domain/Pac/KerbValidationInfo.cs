using System.Runtime.CompilerServices;
using Symbio.Protocol.Dtyp;
using Symbio.Rpc.Ndr;

namespace Symbio.Identity;

/// <summary>KERB_VALIDATION_INFO, [MS-PAC] 2.5: who the account is and which groups it is in. NDR.</summary>
internal struct KerbValidationInfo : INdrType
{
    // A token of 64 KiB holds no more; the reader would find out anyway.
    private const int MaxGroups = 16384;

    public FileTime LogonTime;
    public FileTime LogoffTime;
    public FileTime KickOffTime;
    public FileTime PasswordLastSet;
    public FileTime PasswordCanChange;
    public FileTime PasswordMustChange;
    public string? EffectiveName;
    public string? FullName;
    public string? LogonScript;
    public string? ProfilePath;
    public string? HomeDirectory;
    public string? HomeDirectoryDrive;
    public ushort LogonCount;
    public ushort BadPasswordCount;
    public uint UserId;
    public uint PrimaryGroupId;
    public uint GroupCount;
    public GroupMembership[]? GroupIds;
    public ValidationUserFlags UserFlags;
    public UserSessionKey UserSessionKey;
    public string? LogonServer;
    public string? LogonDomainName;
    public Sid? LogonDomainId;
    public ulong Reserved1;
    public uint UserAccountControl;
    public uint SubAuthStatus;
    public FileTime LastSuccessfulILogon;
    public FileTime LastFailedILogon;
    public uint FailedILogonCount;
    public uint Reserved3;
    public uint SidCount;
    public SidAndAttributes[]? ExtraSids;
    public Sid? ResourceGroupDomainSid;
    public uint ResourceGroupCount;
    public GroupMembership[]? ResourceGroupIds;

    public void Marshal(ref NdrCodec ndr)
    {
        ndr.FileTime(ref LogonTime);
        ndr.FileTime(ref LogoffTime);
        ndr.FileTime(ref KickOffTime);
        ndr.FileTime(ref PasswordLastSet);
        ndr.FileTime(ref PasswordCanChange);
        ndr.FileTime(ref PasswordMustChange);
        ndr.UnicodeString(ref EffectiveName);
        ndr.UnicodeString(ref FullName);
        ndr.UnicodeString(ref LogonScript);
        ndr.UnicodeString(ref ProfilePath);
        ndr.UnicodeString(ref HomeDirectory);
        ndr.UnicodeString(ref HomeDirectoryDrive);
        ndr.UInt16(ref LogonCount);
        ndr.UInt16(ref BadPasswordCount);
        ndr.UInt32(ref UserId);
        ndr.UInt32(ref PrimaryGroupId);
        ndr.CountedArray(ref GroupCount, ref GroupIds, MaxGroups);
        uint flags = (uint)UserFlags;
        ndr.UInt32(ref flags);
        UserFlags = (ValidationUserFlags)flags;
        ndr.Struct(ref UserSessionKey);
        ndr.UnicodeString(ref LogonServer);
        ndr.UnicodeString(ref LogonDomainName);
        ndr.SidPointer(ref LogonDomainId);
        Reserved(ref ndr);
        ndr.UInt32(ref UserAccountControl);
        ndr.UInt32(ref SubAuthStatus);
        ndr.FileTime(ref LastSuccessfulILogon);
        ndr.FileTime(ref LastFailedILogon);
        ndr.UInt32(ref FailedILogonCount);
        ndr.UInt32(ref Reserved3);
        ndr.CountedArray(ref SidCount, ref ExtraSids, MaxGroups);
        ndr.SidPointer(ref ResourceGroupDomainSid);
        ndr.CountedArray(ref ResourceGroupCount, ref ResourceGroupIds, MaxGroups);
    }

    // ULONG Reserved1[2]: aligned to 4, not to 8.
    private void Reserved(ref NdrCodec ndr)
    {
        uint low = (uint)Reserved1;
        uint high = (uint)(Reserved1 >> 32);
        ndr.UInt32(ref low);
        ndr.UInt32(ref high);
        Reserved1 = ((ulong)high << 32) | low;
    }
}

/// <summary>UserFlags of KERB_VALIDATION_INFO.</summary>
[Flags]
internal enum ValidationUserFlags : uint
{
    /// <summary>LOGON_EXTRA_SIDS: ExtraSids counts.</summary>
    ExtraSids = 0x20,

    /// <summary>LOGON_RESOURCE_GROUPS: ResourceGroupIds counts.</summary>
    ResourceGroups = 0x200,
}

/// <summary>GROUP_MEMBERSHIP, [MS-PAC] 2.2.2. A KDC puts only groups in that are enabled.</summary>
internal struct GroupMembership : INdrType
{
    public uint RelativeId;
    public uint Attributes;

    public static int MinimumSize => 8;

    public void Marshal(ref NdrCodec ndr)
    {
        ndr.UInt32(ref RelativeId);
        ndr.UInt32(ref Attributes);
    }
}

/// <summary>KERB_SID_AND_ATTRIBUTES, [MS-PAC] 2.2.1.</summary>
internal struct SidAndAttributes : INdrType
{
    public Sid? Sid;
    public uint Attributes;

    public static int MinimumSize => 8;

    public void Marshal(ref NdrCodec ndr)
    {
        ndr.SidPointer(ref Sid);
        ndr.UInt32(ref Attributes);
    }
}

/// <summary>USER_SESSION_KEY, [MS-PAC] 2.5: CYPHER_BLOCK data[2], 16 bytes. Zeros in Kerberos.</summary>
[InlineArray(16)]
internal struct UserSessionKey : INdrType
{
    private byte _first;

    public static int Alignment => 1;

    public void Marshal(ref NdrCodec ndr)
    {
        foreach (ref byte value in (Span<byte>)this)
            ndr.Byte(ref value);
    }
}
