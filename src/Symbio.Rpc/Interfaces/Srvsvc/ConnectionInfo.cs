using Symbio.Rpc.Ndr;

namespace Symbio.Rpc.Interfaces.Srvsvc;

/// <summary>CONNECTION_INFO_0, [MS-SRVS] 2.2.4.1.</summary>
public struct ConnectionInfo0 : INdrType
{
    public uint Id;

    public static int MinimumSize => 4;

    public static ConnectionInfo0 From(ConnectionRecord connection) => new() { Id = connection.Id };

    public void Marshal(ref NdrCodec ndr)
    {
        ndr.UInt32(ref Id);
    }
}

/// <summary>CONNECTION_INFO_1, [MS-SRVS] 2.2.4.2. Time is seconds.</summary>
public struct ConnectionInfo1 : INdrType
{
    public uint Id;
    public uint Type;
    public uint NumOpens;
    public uint NumUsers;
    public uint Time;
    public string? Username;
    public string? Netname;

    public static int MinimumSize => 28;

    public static ConnectionInfo1 From(ConnectionRecord connection) => new()
    {
        Id = connection.Id,
        Type = (uint)connection.Type,
        NumOpens = connection.OpenCount,
        NumUsers = connection.UserCount,
        Time = (uint)connection.Connected.TotalSeconds,
        Username = connection.UserName,
        Netname = connection.ShareName,
    };

    public void Marshal(ref NdrCodec ndr)
    {
        ndr.UInt32(ref Id);
        ndr.UInt32(ref Type);
        ndr.UInt32(ref NumOpens);
        ndr.UInt32(ref NumUsers);
        ndr.UInt32(ref Time);
        ndr.StringPointer(ref Username);
        ndr.StringPointer(ref Netname);
    }
}
