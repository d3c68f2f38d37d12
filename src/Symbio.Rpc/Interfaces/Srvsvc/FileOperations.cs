using Symbio.Rpc.Ndr;
using Symbio.Rpc.Runtime;

namespace Symbio.Rpc.Interfaces.Srvsvc;

/// <summary>Open files, [MS-SRVS] 3.1.4.2 to 3.1.4.4.</summary>
internal static class FileOperations
{
    /// <summary>NetrFileEnum, [MS-SRVS] 3.1.4.2: BasePath is a prefix of the path.</summary>
    public static async ValueTask<RpcReply<EnumResponse<FileEnumStruct>>> EnumAsync(
        ISrvsvcHost host, RpcCall call, NetrFileEnumRequest request)
    {
        var response = new EnumResponse<FileEnumStruct> { ResumeHandle = request.ResumeHandle };
        response.InfoStruct.Level = request.InfoStruct.Level;
        response.Status = (uint)await FillAsync();
        return response;

        async ValueTask<Win32Error> FillAsync()
        {
            if (!call.Caller.IsAdministrator)
                return Win32Error.AccessDenied;
            if (request.InfoStruct.Level is not (2 or 3))
                return Win32Error.InvalidLevel;
            var files = await host.GetFilesAsync(call.Caller, call.CancellationToken);
            if (!string.IsNullOrEmpty(request.BasePath))
                files = [.. files.Where(file => file.Path.StartsWith(request.BasePath, StringComparison.OrdinalIgnoreCase))];
            if (!string.IsNullOrEmpty(request.UserName))
                files = [.. files.Where(file => file.UserName.Equals(request.UserName, StringComparison.OrdinalIgnoreCase))];
            return Fill(ref response, files, request.PreferedMaximumLength);
        }
    }

    /// <summary>NetrFileGetInfo, [MS-SRVS] 3.1.4.3.</summary>
    public static async ValueTask<RpcReply<NetrFileGetInfoResponse>> GetInfoAsync(
        ISrvsvcHost host, RpcCall call, NetrFileGetInfoRequest request)
    {
        var response = new NetrFileGetInfoResponse { InfoStruct = { Level = request.Level } };
        response.Status = (uint)await FillAsync();
        return response;

        async ValueTask<Win32Error> FillAsync()
        {
            if (!call.Caller.IsAdministrator)
                return Win32Error.AccessDenied;
            if (request.Level is not (2 or 3))
                return Win32Error.InvalidLevel;
            var files = await host.GetFilesAsync(call.Caller, call.CancellationToken);
            if (files.FirstOrDefault(file => file.Id == request.FileId) is not { } found)
                return Win32Error.NerrFileIdNotFound;
            if (request.Level == 2)
                response.InfoStruct.Level2 = FileInfo2.From(found);
            else
                response.InfoStruct.Level3 = FileInfo3.From(found);
            return Win32Error.Success;
        }
    }

    /// <summary>NetrFileClose, [MS-SRVS] 3.1.4.4.</summary>
    public static async ValueTask<RpcReply<StatusResponse>> CloseAsync(
        ISrvsvcHost host, RpcCall call, NetrFileCloseRequest request)
    {
        if (!call.Caller.IsAdministrator)
            return (StatusResponse)Win32Error.AccessDenied;
        return (StatusResponse)await host.CloseFileAsync(call.Caller, request.FileId, call.CancellationToken);
    }

    private static Win32Error Fill(
        ref EnumResponse<FileEnumStruct> response, IReadOnlyList<FileRecord> files, uint preferred)
    {
        Win32Error status;
        if (response.InfoStruct.Level == 2)
        {
            status = Enumeration.Page(
                files, FileInfo2.From, _ => FileInfo2.MinimumSize, preferred,
                ref response.ResumeHandle, out response.TotalEntries, out var infos);
            response.InfoStruct.Level2 = InfoContainer<FileInfo2>.Of(infos);
        }
        else
        {
            status = Enumeration.Page(
                files, FileInfo3.From,
                file => FileInfo3.MinimumSize + Enumeration.SizeOf(file.Path) + Enumeration.SizeOf(file.UserName),
                preferred, ref response.ResumeHandle, out response.TotalEntries, out var infos);
            response.InfoStruct.Level3 = InfoContainer<FileInfo3>.Of(infos);
        }

        return status;
    }
}

/// <summary>FILE_ENUM_STRUCT, [MS-SRVS] 2.2.4.10.</summary>
public struct FileEnumStruct : INdrType
{
    public uint Level;
    public InfoContainer<FileInfo2>? Level2;
    public InfoContainer<FileInfo3>? Level3;

    public void Marshal(ref NdrCodec ndr)
    {
        ndr.UInt32(ref Level);
        ndr.Tag(Level);
        switch (Level)
        {
            case 2: ndr.Pointer(ref Level2); break;
            case 3: ndr.Pointer(ref Level3); break;
            default: break;
        }
    }
}

/// <summary>[in] parameters of NetrFileEnum.</summary>
public struct NetrFileEnumRequest : INdrType
{
    public string? ServerName;
    public string? BasePath;
    public string? UserName;
    public FileEnumStruct InfoStruct;
    public uint PreferedMaximumLength;
    public uint? ResumeHandle;

    public void Marshal(ref NdrCodec ndr)
    {
        ndr.StringPointer(ref ServerName);
        ndr.StringPointer(ref BasePath);
        ndr.StringPointer(ref UserName);
        ndr.Struct(ref InfoStruct);
        ndr.UInt32(ref PreferedMaximumLength);
        ndr.Pointer(ref ResumeHandle);
    }
}

/// <summary>[in] parameters of NetrFileGetInfo.</summary>
public struct NetrFileGetInfoRequest : INdrType
{
    public string? ServerName;
    public uint FileId;
    public uint Level;

    public void Marshal(ref NdrCodec ndr)
    {
        ndr.StringPointer(ref ServerName);
        ndr.UInt32(ref FileId);
        ndr.UInt32(ref Level);
    }
}

/// <summary>FILE_INFO, [MS-SRVS] 2.2.3.4.</summary>
public struct FileInfoUnion : INdrType
{
    public uint Level;
    public FileInfo2? Level2;
    public FileInfo3? Level3;

    public void Marshal(ref NdrCodec ndr)
    {
        ndr.UInt32(ref Level);
        switch (Level)
        {
            case 2: ndr.Pointer(ref Level2); break;
            case 3: ndr.Pointer(ref Level3); break;
            default: break;
        }
    }
}

/// <summary>[out] parameters of NetrFileGetInfo.</summary>
public struct NetrFileGetInfoResponse : INdrType
{
    public FileInfoUnion InfoStruct;
    public uint Status;

    public void Marshal(ref NdrCodec ndr)
    {
        ndr.Struct(ref InfoStruct);
        ndr.UInt32(ref Status);
    }
}

/// <summary>[in] parameters of NetrFileClose.</summary>
public struct NetrFileCloseRequest : INdrType
{
    public string? ServerName;
    public uint FileId;

    public void Marshal(ref NdrCodec ndr)
    {
        ndr.StringPointer(ref ServerName);
        ndr.UInt32(ref FileId);
    }
}
