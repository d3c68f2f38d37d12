using Symbio.Rpc.Ndr;
using Symbio.Rpc.Runtime;

namespace Symbio.Rpc.Interfaces.Wkssvc;

/// <summary>What this computer is called and belongs to, [MS-WKST] 3.2.4.13 and 3.2.4.22.</summary>
internal static class JoinOperations
{
    /// <summary>NetSetupWorkgroupName and NetSetupDomainName, [MS-WKST] 2.2.3.1.</summary>
    private const ushort WorkgroupName = 2;
    private const ushort DomainName = 3;

    /// <summary>NetPrimaryComputerName, NetAlternateComputerNames and NetAllComputerNames, [MS-WKST] 2.2.3.3.</summary>
    private const ushort PrimaryName = 0;
    private const ushort AlternateNames = 1;
    private const ushort AllNames = 2;

    /// <summary>NetrGetJoinInformation</summary>
    public static ValueTask<RpcReply<NetrGetJoinInformationResponse>> GetJoinInformationAsync(
        IWkssvcHost host, RpcCall call, NetrGetJoinInformationRequest request)
    {
        var station = host.GetWorkstation();
        return new(new NetrGetJoinInformationResponse
        {
            NameBuffer = station.DomainName,
            BufferType = station.IsDomainMember ? DomainName : WorkgroupName,
        });
    }

    /// <summary>NetrEnumerateComputerNames; Reserved has to be 0.</summary>
    public static ValueTask<RpcReply<NetrEnumerateComputerNamesResponse>> EnumerateComputerNamesAsync(
        IWkssvcHost host, RpcCall call, NetrEnumerateComputerNamesRequest request)
    {
        if (request.Reserved != 0 || request.NameType > AllNames)
            return new(new NetrEnumerateComputerNamesResponse { Status = (uint)Win32Error.InvalidParameter });

        var station = host.GetWorkstation();
        List<string> names = [];
        if (request.NameType is PrimaryName or AllNames)
            names.Add(station.DnsName ?? station.ComputerName);
        if (request.NameType is AlternateNames or AllNames)
            names.AddRange(station.AlternateNames);
        return new(new NetrEnumerateComputerNamesResponse
        {
            Names = new ComputerNameArray { Names = [.. names.Select(name => new UnicodeStringElement { Value = name })] },
        });
    }
}

/// <summary>[in] parameters of NetrGetJoinInformation.</summary>
public struct NetrGetJoinInformationRequest : INdrType
{
    public string? ServerName;
    public string? NameBuffer;

    public void Marshal(ref NdrCodec ndr)
    {
        ndr.StringPointer(ref ServerName);
        ndr.StringPointer(ref NameBuffer);
    }
}

/// <summary>[out] parameters of NetrGetJoinInformation.</summary>
public struct NetrGetJoinInformationResponse : INdrType
{
    public string? NameBuffer;
    public ushort BufferType;
    public uint Status;

    public void Marshal(ref NdrCodec ndr)
    {
        ndr.StringPointer(ref NameBuffer);
        ndr.UInt16(ref BufferType);
        ndr.UInt32(ref Status);
    }
}

/// <summary>[in] parameters of NetrEnumerateComputerNames.</summary>
public struct NetrEnumerateComputerNamesRequest : INdrType
{
    public string? ServerName;
    public ushort NameType;
    public uint Reserved;

    public void Marshal(ref NdrCodec ndr)
    {
        ndr.StringPointer(ref ServerName);
        ndr.UInt16(ref NameType);
        ndr.UInt32(ref Reserved);
    }
}

/// <summary>NET_COMPUTER_NAME_ARRAY, [MS-WKST] 2.2.5.20.</summary>
public struct ComputerNameArray : INdrType
{
    public uint EntryCount;
    public UnicodeStringElement[]? Names;

    public void Marshal(ref NdrCodec ndr) => ndr.CountedArray(ref EntryCount, ref Names);
}

/// <summary>[out] parameters of NetrEnumerateComputerNames.</summary>
public struct NetrEnumerateComputerNamesResponse : INdrType
{
    public ComputerNameArray? Names;
    public uint Status;

    public void Marshal(ref NdrCodec ndr)
    {
        ndr.Pointer(ref Names);
        ndr.UInt32(ref Status);
    }
}
