using Symbio.Rpc.Ndr;

namespace Symbio.Rpc.Interfaces.Srvsvc;

/// <summary>SESSION_INFO_0, [MS-SRVS] 2.2.4.12. Times are seconds.</summary>
public struct SessionInfo0 : INdrType
{
    public string? Cname;

    public static int MinimumSize => 4;

    public static SessionInfo0 From(SessionRecord session) => new()
    {
        Cname = session.ClientName,
    };

    public void Marshal(ref NdrCodec ndr)
    {
        ndr.StringPointer(ref Cname);
    }
}

/// <summary>SESSION_INFO_1, [MS-SRVS] 2.2.4.13. Times are seconds.</summary>
public struct SessionInfo1 : INdrType
{
    public string? Cname;
    public string? Username;
    public uint NumOpens;
    public uint Time;
    public uint IdleTime;
    public uint UserFlags;

    public static int MinimumSize => 24;

    public static SessionInfo1 From(SessionRecord session) => new()
    {
        Cname = session.ClientName,
        Username = session.UserName,
        NumOpens = session.OpenCount,
        Time = (uint)session.Connected.TotalSeconds,
        IdleTime = (uint)session.Idle.TotalSeconds,
        UserFlags = (uint)session.Flags,
    };

    public void Marshal(ref NdrCodec ndr)
    {
        ndr.StringPointer(ref Cname);
        ndr.StringPointer(ref Username);
        ndr.UInt32(ref NumOpens);
        ndr.UInt32(ref Time);
        ndr.UInt32(ref IdleTime);
        ndr.UInt32(ref UserFlags);
    }
}

/// <summary>SESSION_INFO_2, [MS-SRVS] 2.2.4.14. Times are seconds.</summary>
public struct SessionInfo2 : INdrType
{
    public string? Cname;
    public string? Username;
    public uint NumOpens;
    public uint Time;
    public uint IdleTime;
    public uint UserFlags;
    public string? ClientTypeName;

    public static int MinimumSize => 28;

    public static SessionInfo2 From(SessionRecord session) => new()
    {
        Cname = session.ClientName,
        Username = session.UserName,
        NumOpens = session.OpenCount,
        Time = (uint)session.Connected.TotalSeconds,
        IdleTime = (uint)session.Idle.TotalSeconds,
        UserFlags = (uint)session.Flags,
        ClientTypeName = session.ClientTypeName,
    };

    public void Marshal(ref NdrCodec ndr)
    {
        ndr.StringPointer(ref Cname);
        ndr.StringPointer(ref Username);
        ndr.UInt32(ref NumOpens);
        ndr.UInt32(ref Time);
        ndr.UInt32(ref IdleTime);
        ndr.UInt32(ref UserFlags);
        ndr.StringPointer(ref ClientTypeName);
    }
}

/// <summary>SESSION_INFO_10, [MS-SRVS] 2.2.4.15. Times are seconds.</summary>
public struct SessionInfo10 : INdrType
{
    public string? Cname;
    public string? Username;
    public uint Time;
    public uint IdleTime;

    public static int MinimumSize => 16;

    public static SessionInfo10 From(SessionRecord session) => new()
    {
        Cname = session.ClientName,
        Username = session.UserName,
        Time = (uint)session.Connected.TotalSeconds,
        IdleTime = (uint)session.Idle.TotalSeconds,
    };

    public void Marshal(ref NdrCodec ndr)
    {
        ndr.StringPointer(ref Cname);
        ndr.StringPointer(ref Username);
        ndr.UInt32(ref Time);
        ndr.UInt32(ref IdleTime);
    }
}

/// <summary>SESSION_INFO_502, [MS-SRVS] 2.2.4.16. Times are seconds.</summary>
public struct SessionInfo502 : INdrType
{
    public string? Cname;
    public string? Username;
    public uint NumOpens;
    public uint Time;
    public uint IdleTime;
    public uint UserFlags;
    public string? ClientTypeName;
    public string? Transport;

    public static int MinimumSize => 32;

    public static SessionInfo502 From(SessionRecord session) => new()
    {
        Cname = session.ClientName,
        Username = session.UserName,
        NumOpens = session.OpenCount,
        Time = (uint)session.Connected.TotalSeconds,
        IdleTime = (uint)session.Idle.TotalSeconds,
        UserFlags = (uint)session.Flags,
        ClientTypeName = session.ClientTypeName,
        Transport = session.TransportName,
    };

    public void Marshal(ref NdrCodec ndr)
    {
        ndr.StringPointer(ref Cname);
        ndr.StringPointer(ref Username);
        ndr.UInt32(ref NumOpens);
        ndr.UInt32(ref Time);
        ndr.UInt32(ref IdleTime);
        ndr.UInt32(ref UserFlags);
        ndr.StringPointer(ref ClientTypeName);
        ndr.StringPointer(ref Transport);
    }
}
