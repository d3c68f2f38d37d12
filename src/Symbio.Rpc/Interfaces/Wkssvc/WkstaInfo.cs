using Symbio.Rpc.Ndr;

namespace Symbio.Rpc.Interfaces.Wkssvc;

/// <summary>WKSTA_INFO_100, [MS-WKST] 2.2.5.1.</summary>
public struct WkstaInfo100 : INdrType
{
    public uint PlatformId;
    public string? ComputerName;
    public string? LanGroup;
    public uint VersionMajor;
    public uint VersionMinor;

    public static int MinimumSize => 20;

    /// <summary>PLATFORM_ID_NT</summary>
    private const uint PlatformIdNt = 500;

    public static WkstaInfo100 From(WorkstationRecord station) => new()
    {
        PlatformId = PlatformIdNt,
        ComputerName = station.ComputerName,
        LanGroup = station.DomainName,
        VersionMajor = station.VersionMajor,
        VersionMinor = station.VersionMinor,
    };

    public void Marshal(ref NdrCodec ndr)
    {
        ndr.UInt32(ref PlatformId);
        ndr.StringPointer(ref ComputerName);
        ndr.StringPointer(ref LanGroup);
        ndr.UInt32(ref VersionMajor);
        ndr.UInt32(ref VersionMinor);
    }
}

/// <summary>WKSTA_INFO_101, [MS-WKST] 2.2.5.2.</summary>
public struct WkstaInfo101 : INdrType
{
    public uint PlatformId;
    public string? ComputerName;
    public string? LanGroup;
    public uint VersionMajor;
    public uint VersionMinor;
    public string? LanRoot;

    public static int MinimumSize => 24;

    /// <summary>PLATFORM_ID_NT</summary>
    private const uint PlatformIdNt = 500;

    public static WkstaInfo101 From(WorkstationRecord station) => new()
    {
        PlatformId = PlatformIdNt,
        ComputerName = station.ComputerName,
        LanGroup = station.DomainName,
        VersionMajor = station.VersionMajor,
        VersionMinor = station.VersionMinor,
        LanRoot = station.LanRoot,
    };

    public void Marshal(ref NdrCodec ndr)
    {
        ndr.UInt32(ref PlatformId);
        ndr.StringPointer(ref ComputerName);
        ndr.StringPointer(ref LanGroup);
        ndr.UInt32(ref VersionMajor);
        ndr.UInt32(ref VersionMinor);
        ndr.StringPointer(ref LanRoot);
    }
}

/// <summary>WKSTA_INFO_102, [MS-WKST] 2.2.5.3.</summary>
public struct WkstaInfo102 : INdrType
{
    public uint PlatformId;
    public string? ComputerName;
    public string? LanGroup;
    public uint VersionMajor;
    public uint VersionMinor;
    public string? LanRoot;
    public uint LoggedOnUsers;

    public static int MinimumSize => 28;

    /// <summary>PLATFORM_ID_NT</summary>
    private const uint PlatformIdNt = 500;

    public static WkstaInfo102 From(WorkstationRecord station) => new()
    {
        PlatformId = PlatformIdNt,
        ComputerName = station.ComputerName,
        LanGroup = station.DomainName,
        VersionMajor = station.VersionMajor,
        VersionMinor = station.VersionMinor,
        LanRoot = station.LanRoot,
        LoggedOnUsers = station.LoggedOnUsers,
    };

    public void Marshal(ref NdrCodec ndr)
    {
        ndr.UInt32(ref PlatformId);
        ndr.StringPointer(ref ComputerName);
        ndr.StringPointer(ref LanGroup);
        ndr.UInt32(ref VersionMajor);
        ndr.UInt32(ref VersionMinor);
        ndr.StringPointer(ref LanRoot);
        ndr.UInt32(ref LoggedOnUsers);
    }
}
