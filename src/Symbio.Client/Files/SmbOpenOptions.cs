using System.Runtime.InteropServices;
using Symbio.Protocol.Dtyp;
using Symbio.Protocol.Smb2;
using FileAttributes = Symbio.Protocol.Fscc.FileAttributes;

namespace Symbio.Client;

/// <summary>How a file is opened, in the terms of CREATE, [MS-SMB2] 2.2.13.</summary>
public sealed record SmbOpenOptions
{
    public AccessMask Access { get; init; } = AccessMask.FileGenericRead;

    public CreateDisposition Disposition { get; init; } = CreateDisposition.Open;

    public CreateOptions Options { get; init; }

    /// <summary>What others may do meanwhile.</summary>
    public ShareAccess Share { get; init; } = ShareAccess.All;

    /// <summary>Attributes of a file that is made.</summary>
    public FileAttributes Attributes { get; init; }

    /// <summary>A file that is there, to be read.</summary>
    public static SmbOpenOptions Read { get; } = new();

    /// <summary>A file, to be read and written; made when it is not there.</summary>
    public static SmbOpenOptions ReadWrite { get; } = new()
    {
        Access = AccessMask.FileGenericRead | AccessMask.FileGenericWrite | AccessMask.Delete,
        Disposition = CreateDisposition.OpenIf,
        Options = CreateOptions.NonDirectoryFile,
    };

    /// <summary>A new file in the place of whatever file was there, to be read and written.</summary>
    public static SmbOpenOptions Overwrite { get; } = ReadWrite with { Disposition = CreateDisposition.OverwriteIf };

    /// <summary>A directory, to be listed.</summary>
    public static SmbOpenOptions Directory { get; } = new()
    {
        Access = AccessMask.FileGenericRead,
        Options = CreateOptions.DirectoryFile,
    };

    /// <summary>A directory that is not there yet.</summary>
    public static SmbOpenOptions NewDirectory { get; } = Directory with { Disposition = CreateDisposition.Create };

    /// <summary>Anything, to be looked at from outside.</summary>
    internal static SmbOpenOptions AttributesOnly { get; } = new() { Access = AccessMask.ReadAttributes };

    /// <summary>Anything, to be deleted or renamed; a link itself, not what it leads to.</summary>
    internal static SmbOpenOptions Deletion { get; } = new()
    {
        Access = AccessMask.Delete | AccessMask.ReadAttributes,
        Options = CreateOptions.OpenReparsePoint,
    };

    internal CreateRequest ToRequest(string path)
    {
        byte[] name = MemoryMarshal.AsBytes(path.AsSpan()).ToArray();
        return new CreateRequest(
            0, OplockLevel.None, ImpersonationLevel.Impersonation, 0, Access, Attributes, Share, Disposition, Options,
            CreateRequest.BufferOffset, name, default);
    }
}
