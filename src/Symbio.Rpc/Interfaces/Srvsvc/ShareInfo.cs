using Symbio.Rpc.Ndr;

namespace Symbio.Rpc.Interfaces.Srvsvc;

/// <summary>SHARE_INFO_0, [MS-SRVS] 2.2.4.22.</summary>
public struct ShareInfo0 : INdrType
{
    public string? Netname;

    public static int MinimumSize => 4;

    public static ShareInfo0 From(ShareRecord share) => new()
    {
        Netname = share.Name,
    };

    public void Marshal(ref NdrCodec ndr)
    {
        ndr.StringPointer(ref Netname);
    }
}

/// <summary>SHARE_INFO_1, [MS-SRVS] 2.2.4.23.</summary>
public struct ShareInfo1 : INdrType
{
    public string? Netname;
    public uint Type;
    public string? Remark;

    public static int MinimumSize => 12;

    public static ShareInfo1 From(ShareRecord share) => new()
    {
        Netname = share.Name,
        Type = (uint)share.Type,
        Remark = share.Remark,
    };

    public void Marshal(ref NdrCodec ndr)
    {
        ndr.StringPointer(ref Netname);
        ndr.UInt32(ref Type);
        ndr.StringPointer(ref Remark);
    }
}

/// <summary>SHARE_INFO_2, [MS-SRVS] 2.2.4.24.</summary>
public struct ShareInfo2 : INdrType
{
    public string? Netname;
    public uint Type;
    public string? Remark;
    public uint Permissions;
    public uint MaxUses;
    public uint CurrentUses;
    public string? Path;
    public string? Passwd;

    public static int MinimumSize => 32;

    public static ShareInfo2 From(ShareRecord share) => new()
    {
        Netname = share.Name,
        Type = (uint)share.Type,
        Remark = share.Remark,
        Permissions = share.Permissions,
        MaxUses = share.MaxUses,
        CurrentUses = share.CurrentUses,
        Path = share.Path,
        Passwd = "",
    };

    public void Marshal(ref NdrCodec ndr)
    {
        ndr.StringPointer(ref Netname);
        ndr.UInt32(ref Type);
        ndr.StringPointer(ref Remark);
        ndr.UInt32(ref Permissions);
        ndr.UInt32(ref MaxUses);
        ndr.UInt32(ref CurrentUses);
        ndr.StringPointer(ref Path);
        ndr.StringPointer(ref Passwd);
    }
}

/// <summary>SHARE_INFO_501, [MS-SRVS] 2.2.4.25.</summary>
public struct ShareInfo501 : INdrType
{
    public string? Netname;
    public uint Type;
    public string? Remark;
    public uint Flags;

    public static int MinimumSize => 16;

    public static ShareInfo501 From(ShareRecord share) => new()
    {
        Netname = share.Name,
        Type = (uint)share.Type,
        Remark = share.Remark,
        Flags = share.Flags,
    };

    public void Marshal(ref NdrCodec ndr)
    {
        ndr.StringPointer(ref Netname);
        ndr.UInt32(ref Type);
        ndr.StringPointer(ref Remark);
        ndr.UInt32(ref Flags);
    }
}

/// <summary>SHARE_INFO_502, [MS-SRVS] 2.2.4.26. Reserved is the length of the security descriptor.</summary>
public struct ShareInfo502 : INdrType
{
    public string? Netname;
    public uint Type;
    public string? Remark;
    public uint Permissions;
    public uint MaxUses;
    public uint CurrentUses;
    public string? Path;
    public string? Passwd;
    public uint Reserved;
    public ReadOnlyMemory<byte>? SecurityDescriptor;

    public static int MinimumSize => 40;

    public static ShareInfo502 From(ShareRecord share) => new()
    {
        Netname = share.Name,
        Type = (uint)share.Type,
        Remark = share.Remark,
        Permissions = share.Permissions,
        MaxUses = share.MaxUses,
        CurrentUses = share.CurrentUses,
        Path = share.Path,
        Passwd = "",
        Reserved = (uint)(share.SecurityDescriptor?.Length ?? 0),
        SecurityDescriptor = share.SecurityDescriptor,
    };

    public void Marshal(ref NdrCodec ndr)
    {
        ndr.StringPointer(ref Netname);
        ndr.UInt32(ref Type);
        ndr.StringPointer(ref Remark);
        ndr.UInt32(ref Permissions);
        ndr.UInt32(ref MaxUses);
        ndr.UInt32(ref CurrentUses);
        ndr.StringPointer(ref Path);
        ndr.StringPointer(ref Passwd);
        ndr.UInt32(ref Reserved);
        ndr.BytesPointer(ref SecurityDescriptor);
    }
}

/// <summary>SHARE_INFO_503, [MS-SRVS] 2.2.4.27. Reserved is the length of the security descriptor.</summary>
public struct ShareInfo503 : INdrType
{
    public string? Netname;
    public uint Type;
    public string? Remark;
    public uint Permissions;
    public uint MaxUses;
    public uint CurrentUses;
    public string? Path;
    public string? Passwd;
    public string? ServerName;
    public uint Reserved;
    public ReadOnlyMemory<byte>? SecurityDescriptor;

    public static int MinimumSize => 44;

    public static ShareInfo503 From(ShareRecord share) => new()
    {
        Netname = share.Name,
        Type = (uint)share.Type,
        Remark = share.Remark,
        Permissions = share.Permissions,
        MaxUses = share.MaxUses,
        CurrentUses = share.CurrentUses,
        Path = share.Path,
        Passwd = "",
        ServerName = share.ScopeName,
        Reserved = (uint)(share.SecurityDescriptor?.Length ?? 0),
        SecurityDescriptor = share.SecurityDescriptor,
    };

    public void Marshal(ref NdrCodec ndr)
    {
        ndr.StringPointer(ref Netname);
        ndr.UInt32(ref Type);
        ndr.StringPointer(ref Remark);
        ndr.UInt32(ref Permissions);
        ndr.UInt32(ref MaxUses);
        ndr.UInt32(ref CurrentUses);
        ndr.StringPointer(ref Path);
        ndr.StringPointer(ref Passwd);
        ndr.StringPointer(ref ServerName);
        ndr.UInt32(ref Reserved);
        ndr.BytesPointer(ref SecurityDescriptor);
    }
}

/// <summary>SHARE_INFO_1004, [MS-SRVS] 2.2.4.30.</summary>
public struct ShareInfo1004 : INdrType
{
    public string? Remark;

    public static int MinimumSize => 4;

    public static ShareInfo1004 From(ShareRecord share) => new()
    {
        Remark = share.Remark,
    };

    public void Marshal(ref NdrCodec ndr)
    {
        ndr.StringPointer(ref Remark);
    }
}

/// <summary>SHARE_INFO_1005, [MS-SRVS] 2.2.4.29.</summary>
public struct ShareInfo1005 : INdrType
{
    public uint Flags;

    public static int MinimumSize => 4;

    public static ShareInfo1005 From(ShareRecord share) => new()
    {
        Flags = share.Flags,
    };

    public void Marshal(ref NdrCodec ndr)
    {
        ndr.UInt32(ref Flags);
    }
}

/// <summary>SHARE_INFO_1006, [MS-SRVS] 2.2.4.31.</summary>
public struct ShareInfo1006 : INdrType
{
    public uint MaxUses;

    public static int MinimumSize => 4;

    public static ShareInfo1006 From(ShareRecord share) => new()
    {
        MaxUses = share.MaxUses,
    };

    public void Marshal(ref NdrCodec ndr)
    {
        ndr.UInt32(ref MaxUses);
    }
}

/// <summary>SHARE_INFO_1501, [MS-SRVS] 2.2.4.28. Reserved is the length of the security descriptor.</summary>
public struct ShareInfo1501 : INdrType
{
    public uint Reserved;
    public ReadOnlyMemory<byte>? SecurityDescriptor;

    public static int MinimumSize => 8;

    public static ShareInfo1501 From(ShareRecord share) => new()
    {
        Reserved = (uint)(share.SecurityDescriptor?.Length ?? 0),
        SecurityDescriptor = share.SecurityDescriptor,
    };

    public void Marshal(ref NdrCodec ndr)
    {
        ndr.UInt32(ref Reserved);
        ndr.BytesPointer(ref SecurityDescriptor);
    }
}
