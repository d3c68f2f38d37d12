using Symbio.Rpc.Ndr;

namespace Symbio.Rpc.Interfaces.Srvsvc;

/// <summary>FILE_INFO_2, [MS-SRVS] 2.2.4.6.</summary>
public struct FileInfo2 : INdrType
{
    public uint Id;

    public static int MinimumSize => 4;

    public static FileInfo2 From(FileRecord file) => new() { Id = file.Id };

    public void Marshal(ref NdrCodec ndr)
    {
        ndr.UInt32(ref Id);
    }
}

/// <summary>FILE_INFO_3, [MS-SRVS] 2.2.4.7.</summary>
public struct FileInfo3 : INdrType
{
    public uint Id;
    public uint Permissions;
    public uint NumLocks;
    public string? Pathname;
    public string? Username;

    public static int MinimumSize => 20;

    public static FileInfo3 From(FileRecord file) => new()
    {
        Id = file.Id,
        Permissions = (uint)file.Permissions,
        NumLocks = file.LockCount,
        Pathname = file.Path,
        Username = file.UserName,
    };

    public void Marshal(ref NdrCodec ndr)
    {
        ndr.UInt32(ref Id);
        ndr.UInt32(ref Permissions);
        ndr.UInt32(ref NumLocks);
        ndr.StringPointer(ref Pathname);
        ndr.StringPointer(ref Username);
    }
}
