using Symbio.Protocol;
using Symbio.Protocol.Smb2;
using Symbio.Server.Connections;
using Symbio.Server.Ioctls;
using Symbio.Server.Opens;

namespace Symbio.Server.Commands;

/// <summary>Receiving an SMB2 IOCTL Request, [MS-SMB2] 3.3.5.15.</summary>
internal static class IoctlHandler
{
    // Bits that make an FSCTL private, [MS-FSCC] 2.3: a vendor's device type, a vendor's function.
    private const uint VendorBits = 0x8000_2000;

    public static CommandEntry Entry { get; } = CommandEntry.For<IoctlRequest>(HandleAsync, PayloadOf);

    private static ValueTask<NtStatus> HandleAsync(RequestContext context, IoctlRequest request)
    {
        if (request.Flags != IoctlFlags.IsFsctl)
            return new(NtStatus.NotSupported);
        FsctlRow? row = FsctlTable.Find(request.CtlCode);
        Open? open = null;
        if (row is { Target: FsctlTarget.None })
        {
            if (request.FileId != FileId.Any)
                return new(NtStatus.InvalidParameter);
        }
        else
        {
            NtStatus status = context.FindOpen(request.FileId, out open);
            if (status != NtStatus.Success)
                return new(status);
        }

        uint limit = context.Connection.MaxIoSize;
        if (request.Input.Length > limit || request.MaxInputResponse > limit || request.MaxOutputResponse > limit)
            return new(NtStatus.InvalidParameter);

        // 3.3.5.15.8: what is in no specification does not reach the object store, unless it is somebody's own.
        if (row is null)
        {
            return new(((uint)request.CtlCode & VendorBits) != 0
                ? NtStatus.InvalidDeviceRequest
                : NtStatus.NotSupported);
        }

        if (row.Handler is null)
            return new(row.Refusal);
        if (row.Target == FsctlTarget.Pipe && open!.Pipe is null)
            return new(NtStatus.NotSupported);
        if (row.Target == FsctlTarget.File && open!.StoreFile is null)
            return new(NtStatus.InvalidDeviceRequest);
        return row.Handler(new FsctlCall(context, request, open));
    }

    private static uint PayloadOf(in IoctlRequest request)
    {
        ulong sent = (ulong)request.Input.Length + (ulong)request.Output.Length;
        ulong answered = (ulong)request.MaxInputResponse + request.MaxOutputResponse;
        return (uint)Math.Min(uint.MaxValue, Math.Max(sent, answered));
    }
}
