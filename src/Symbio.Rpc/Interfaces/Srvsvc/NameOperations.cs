using System.Buffers;
using Symbio.Rpc.Ndr;
using Symbio.Rpc.Runtime;

namespace Symbio.Rpc.Interfaces.Srvsvc;

/// <summary>Names that administration tools check before they use them, [MS-SRVS] 3.1.4.28 to 3.1.4.30.</summary>
internal static class NameOperations
{
    private const uint ComputerName = 4;
    private const uint ShareName = 9;

    private static readonly SearchValues<char> Forbidden = SearchValues.Create("\"/\\[]:|<>+=;,*?");

    /// <summary>NetprNameValidate</summary>
    public static ValueTask<RpcReply<StatusResponse>> ValidateAsync(
        ISrvsvcHost host, RpcCall call, NetprNameRequest request) =>
        new((StatusResponse)Validate(request.Name, request.NameType, request.Flags));

    /// <summary>NetprNameCanonicalize: names are compared without regard to case, and uppercase is their canon.</summary>
    public static ValueTask<RpcReply<NetprNameCanonicalizeResponse>> CanonicalizeAsync(
        ISrvsvcHost host, RpcCall call, NetprNameCanonicalizeRequest request)
    {
        var status = Validate(request.Name, request.NameType, request.Flags);
        string name = request.Name.ToUpperInvariant() + '\0';
        if (status == Win32Error.Success && 2 * name.Length > request.OutbufLength)
            status = Win32Error.NerrBufTooSmall;
        byte[] buffer = new byte[request.OutbufLength];
        if (status == Win32Error.Success)
            System.Text.Encoding.Unicode.GetBytes(name, buffer);
        return new(new NetprNameCanonicalizeResponse { Outbuf = buffer, Status = (uint)status });
    }

    /// <summary>NetprNameCompare: 0 when equal.</summary>
    public static ValueTask<RpcReply<StatusResponse>> CompareAsync(
        ISrvsvcHost host, RpcCall call, NetprNameCompareRequest request)
    {
        int order = string.Compare(request.Name1, request.Name2, StringComparison.OrdinalIgnoreCase);
        return new(new StatusResponse { Status = (uint)Math.Sign(order) });
    }

    private static Win32Error Validate(string name, uint type, uint flags)
    {
        if (type is 0 or > 13 || (flags & 0x7FFFFFFF) != 0)
            return Win32Error.InvalidParameter;
        int maximum = type switch
        {
            ComputerName => 15,
            ShareName => 80,
            _ => 256,
        };
        bool valid = name.Length > 0 && name.Length <= maximum && !name.AsSpan().ContainsAny(Forbidden) &&
            !name.Any(char.IsControl) && name.Trim(' ', '.').Length > 0;
        return valid ? Win32Error.Success : Win32Error.InvalidName;
    }
}

/// <summary>[in] parameters of NetprNameValidate.</summary>
public struct NetprNameRequest : INdrType
{
    public string? ServerName;
    public string Name;
    public uint NameType;
    public uint Flags;

    public void Marshal(ref NdrCodec ndr)
    {
        ndr.StringPointer(ref ServerName);
        ndr.String(ref Name);
        ndr.UInt32(ref NameType);
        ndr.UInt32(ref Flags);
    }
}

/// <summary>[in] parameters of NetprNameCanonicalize.</summary>
public struct NetprNameCanonicalizeRequest : INdrType
{
    /// <summary>[range(0, 64000)] of OutbufLen.</summary>
    private const uint MaxOutbufLength = 64000;

    public string? ServerName;
    public string Name;
    public uint OutbufLength;
    public uint NameType;
    public uint Flags;

    public void Marshal(ref NdrCodec ndr)
    {
        ndr.StringPointer(ref ServerName);
        ndr.String(ref Name);
        ndr.UInt32(ref OutbufLength);
        ndr.Expect(OutbufLength <= MaxOutbufLength);
        ndr.UInt32(ref NameType);
        ndr.UInt32(ref Flags);
    }
}

/// <summary>[out] parameters of NetprNameCanonicalize.</summary>
public struct NetprNameCanonicalizeResponse : INdrType
{
    public ReadOnlyMemory<byte> Outbuf;
    public uint Status;

    public void Marshal(ref NdrCodec ndr)
    {
        ndr.Bytes(ref Outbuf);
        ndr.UInt32(ref Status);
    }
}

/// <summary>[in] parameters of NetprNameCompare.</summary>
public struct NetprNameCompareRequest : INdrType
{
    public string? ServerName;
    public string Name1;
    public string Name2;
    public uint NameType;
    public uint Flags;

    public void Marshal(ref NdrCodec ndr)
    {
        ndr.StringPointer(ref ServerName);
        ndr.String(ref Name1);
        ndr.String(ref Name2);
        ndr.UInt32(ref NameType);
        ndr.UInt32(ref Flags);
    }
}
