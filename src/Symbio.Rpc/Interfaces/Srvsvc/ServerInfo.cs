using Symbio.Rpc.Ndr;

namespace Symbio.Rpc.Interfaces.Srvsvc;

/// <summary>SERVER_INFO_100, [MS-SRVS] 2.2.4.40.</summary>
public struct ServerInfo100 : INdrType
{
    public uint PlatformId;
    public string? Name;

    public static int MinimumSize => 8;

    /// <summary>PLATFORM_ID_NT</summary>
    private const uint PlatformIdNt = 500;

    public static ServerInfo100 From(ServerRecord server) => new()
    {
        PlatformId = PlatformIdNt,
        Name = server.Name,
    };

    public void Marshal(ref NdrCodec ndr)
    {
        ndr.UInt32(ref PlatformId);
        ndr.StringPointer(ref Name);
    }
}

/// <summary>SERVER_INFO_101, [MS-SRVS] 2.2.4.41.</summary>
public struct ServerInfo101 : INdrType
{
    public uint PlatformId;
    public string? Name;
    public uint VersionMajor;
    public uint VersionMinor;
    public uint Type;
    public string? Comment;

    public static int MinimumSize => 24;

    /// <summary>PLATFORM_ID_NT</summary>
    private const uint PlatformIdNt = 500;

    public static ServerInfo101 From(ServerRecord server) => new()
    {
        PlatformId = PlatformIdNt,
        Name = server.Name,
        VersionMajor = server.VersionMajor,
        VersionMinor = server.VersionMinor,
        Type = (uint)server.Type,
        Comment = server.Comment,
    };

    public void Marshal(ref NdrCodec ndr)
    {
        ndr.UInt32(ref PlatformId);
        ndr.StringPointer(ref Name);
        ndr.UInt32(ref VersionMajor);
        ndr.UInt32(ref VersionMinor);
        ndr.UInt32(ref Type);
        ndr.StringPointer(ref Comment);
    }
}

/// <summary>SERVER_INFO_102, [MS-SRVS] 2.2.4.42.</summary>
public struct ServerInfo102 : INdrType
{
    public uint PlatformId;
    public string? Name;
    public uint VersionMajor;
    public uint VersionMinor;
    public uint Type;
    public string? Comment;
    public uint Users;
    public int Disc;
    public int Hidden;
    public uint Announce;
    public uint AnnDelta;
    public uint Licenses;
    public string? UserPath;

    public static int MinimumSize => 52;

    /// <summary>PLATFORM_ID_NT</summary>
    private const uint PlatformIdNt = 500;

    public static ServerInfo102 From(ServerRecord server) => new()
    {
        PlatformId = PlatformIdNt,
        Name = server.Name,
        VersionMajor = server.VersionMajor,
        VersionMinor = server.VersionMinor,
        Type = (uint)server.Type,
        Comment = server.Comment,
        Users = server.MaxUsers,
        Disc = server.AutoDisconnectMinutes,
        Hidden = server.IsHidden ? 1 : 0,
        Announce = server.AnnounceSeconds,
        AnnDelta = server.AnnounceDeltaMilliseconds,
        Licenses = server.Licenses,
        UserPath = server.UserPath,
    };

    public void Marshal(ref NdrCodec ndr)
    {
        ndr.UInt32(ref PlatformId);
        ndr.StringPointer(ref Name);
        ndr.UInt32(ref VersionMajor);
        ndr.UInt32(ref VersionMinor);
        ndr.UInt32(ref Type);
        ndr.StringPointer(ref Comment);
        ndr.UInt32(ref Users);
        ndr.Int32(ref Disc);
        ndr.Int32(ref Hidden);
        ndr.UInt32(ref Announce);
        ndr.UInt32(ref AnnDelta);
        ndr.UInt32(ref Licenses);
        ndr.StringPointer(ref UserPath);
    }
}
