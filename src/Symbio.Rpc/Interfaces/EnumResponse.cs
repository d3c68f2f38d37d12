using Symbio.Rpc.Ndr;

namespace Symbio.Rpc.Interfaces;

/// <summary>The [out] parameters that every enumeration of [MS-SRVS] has.</summary>
/// <typeparam name="T">Its ENUM_STRUCT.</typeparam>
public struct EnumResponse<T> : INdrType where T : struct, INdrType
{
    public T InfoStruct;
    public uint TotalEntries;
    public uint? ResumeHandle;
    public uint Status;

    public void Marshal(ref NdrCodec ndr)
    {
        ndr.Struct(ref InfoStruct);
        ndr.UInt32(ref TotalEntries);
        ndr.Pointer(ref ResumeHandle);
        ndr.UInt32(ref Status);
    }
}
