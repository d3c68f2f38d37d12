using Symbio.Protocol;

namespace Symbio.Server.Ioctls;

/// <summary>Carries out an FSCTL; the status goes into the response's header.</summary>
internal delegate ValueTask<NtStatus> FsctlHandler(FsctlCall call);

/// <summary>What an FSCTL is about.</summary>
internal enum FsctlTarget
{
    /// <summary>No open: FileId must be all ones, [MS-SMB2] 3.3.5.15.</summary>
    None,

    /// <summary>An open named pipe.</summary>
    Pipe,

    /// <summary>An open file, directory or stream.</summary>
    File,
}

/// <summary>A row of the table: a handler, or the status that refuses.</summary>
internal sealed record FsctlRow(FsctlTarget Target, FsctlHandler? Handler, NtStatus Refusal)
{
    public static FsctlRow For(FsctlTarget target, FsctlHandler handler) => new(target, handler, NtStatus.Success);

    /// <summary>Known, and not served. [MS-FSCC] 2.2 names the status for what a file system does not have.</summary>
    public static FsctlRow NotSupported(
        FsctlTarget target = FsctlTarget.File, NtStatus refusal = NtStatus.InvalidDeviceRequest) =>
        new(target, null, refusal);
}
