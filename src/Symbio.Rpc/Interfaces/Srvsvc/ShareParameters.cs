using Symbio.Rpc.Ndr;

namespace Symbio.Rpc.Interfaces.Srvsvc;

/// <summary>[in] parameters of NetrShareEnum and NetrShareEnumSticky, [MS-SRVS] 3.1.4.8 and 3.1.4.9.</summary>
public struct NetrShareEnumRequest : INdrType
{
    public string? ServerName;
    public ShareEnumStruct InfoStruct;
    public uint PreferedMaximumLength;
    public uint? ResumeHandle;

    public void Marshal(ref NdrCodec ndr)
    {
        ndr.StringPointer(ref ServerName);
        ndr.Struct(ref InfoStruct);
        ndr.UInt32(ref PreferedMaximumLength);
        ndr.Pointer(ref ResumeHandle);
    }
}

/// <summary>[in] parameters of NetrShareGetInfo, [MS-SRVS] 3.1.4.10.</summary>
public struct NetrShareGetInfoRequest : INdrType
{
    public string? ServerName;
    public string NetName;
    public uint Level;

    public void Marshal(ref NdrCodec ndr)
    {
        ndr.StringPointer(ref ServerName);
        ndr.String(ref NetName);
        ndr.UInt32(ref Level);
    }
}

/// <summary>[out] parameters of NetrShareGetInfo.</summary>
public struct NetrShareGetInfoResponse : INdrType
{
    public ShareInfo InfoStruct;
    public uint Status;

    public void Marshal(ref NdrCodec ndr)
    {
        ndr.Struct(ref InfoStruct);
        ndr.UInt32(ref Status);
    }
}

/// <summary>[in] parameters of NetrShareAdd, [MS-SRVS] 3.1.4.7.</summary>
public struct NetrShareAddRequest : INdrType
{
    public string? ServerName;
    public uint Level;
    public ShareInfo InfoStruct;
    public uint? ParmErr;

    public void Marshal(ref NdrCodec ndr)
    {
        ndr.StringPointer(ref ServerName);
        ndr.UInt32(ref Level);
        ndr.Struct(ref InfoStruct);
        ndr.Expect(InfoStruct.Level == Level);
        ndr.Pointer(ref ParmErr);
    }
}

/// <summary>[in] parameters of NetrShareSetInfo, [MS-SRVS] 3.1.4.11.</summary>
public struct NetrShareSetInfoRequest : INdrType
{
    public string? ServerName;
    public string NetName;
    public uint Level;
    public ShareInfo InfoStruct;
    public uint? ParmErr;

    public void Marshal(ref NdrCodec ndr)
    {
        ndr.StringPointer(ref ServerName);
        ndr.String(ref NetName);
        ndr.UInt32(ref Level);
        ndr.Struct(ref InfoStruct);
        ndr.Expect(InfoStruct.Level == Level);
        ndr.Pointer(ref ParmErr);
    }
}

/// <summary>[out] parameters of NetrShareAdd and NetrShareSetInfo.</summary>
public struct ParmErrResponse : INdrType
{
    public uint? ParmErr;
    public uint Status;

    public void Marshal(ref NdrCodec ndr)
    {
        ndr.Pointer(ref ParmErr);
        ndr.UInt32(ref Status);
    }
}

/// <summary>[in] parameters of NetrShareDel and NetrShareDelSticky, [MS-SRVS] 3.1.4.12 and 3.1.4.13.</summary>
public struct NetrShareDelRequest : INdrType
{
    public string? ServerName;
    public string NetName;
    public uint Reserved;

    public void Marshal(ref NdrCodec ndr)
    {
        ndr.StringPointer(ref ServerName);
        ndr.String(ref NetName);
        ndr.UInt32(ref Reserved);
    }
}

/// <summary>[in] parameters of NetrShareCheck, [MS-SRVS] 3.1.4.16.</summary>
public struct NetrShareCheckRequest : INdrType
{
    public string? ServerName;
    public string Device;

    public void Marshal(ref NdrCodec ndr)
    {
        ndr.StringPointer(ref ServerName);
        ndr.String(ref Device);
    }
}

/// <summary>A DWORD and a status: [out] of NetrShareCheck (Type) and NetrpPathType (PathType).</summary>
public struct ValueResponse : INdrType
{
    public uint Value;
    public uint Status;

    public void Marshal(ref NdrCodec ndr)
    {
        ndr.UInt32(ref Value);
        ndr.UInt32(ref Status);
    }
}
