using Symbio.Rpc.Ndr;

namespace Symbio.Rpc.Interfaces;

/// <summary>SHARE_INFO_1_CONTAINER and its many sisters: EntriesRead and a pointer to so many entries.</summary>
public struct InfoContainer<T> : INdrType where T : struct, INdrType
{
    public uint EntriesRead;
    public T[]? Buffer;

    public static int MinimumSize => 8;

    public static InfoContainer<T> Of(T[] entries) => new() { Buffer = entries };

    public void Marshal(ref NdrCodec ndr) => ndr.CountedArray(ref EntriesRead, ref Buffer);
}

/// <summary>A reply that is nothing but its NET_API_STATUS.</summary>
public struct StatusResponse : INdrType
{
    public uint Status;

    public static implicit operator StatusResponse(Win32Error error) => FromWin32Error(error);

    public static StatusResponse FromWin32Error(Win32Error error) => new() { Status = (uint)error };

    public void Marshal(ref NdrCodec ndr) => ndr.UInt32(ref Status);
}
