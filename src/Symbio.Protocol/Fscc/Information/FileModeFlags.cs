namespace Symbio.Protocol.Fscc;

/// <summary>FileModeInformation.Mode, [MS-FSCC] 2.4.30.</summary>
[Flags]
public enum FileModeFlags : uint
{
    None = 0,
    /// <summary>FILE_WRITE_THROUGH</summary>
    WriteThrough = 0x00000002,
    /// <summary>FILE_SEQUENTIAL_ONLY</summary>
    SequentialOnly = 0x00000004,
    /// <summary>FILE_NO_INTERMEDIATE_BUFFERING</summary>
    NoIntermediateBuffering = 0x00000008,
    /// <summary>FILE_SYNCHRONOUS_IO_ALERT</summary>
    SynchronousIoAlert = 0x00000010,
    /// <summary>FILE_SYNCHRONOUS_IO_NONALERT</summary>
    SynchronousIoNonAlert = 0x00000020,
    /// <summary>FILE_DELETE_ON_CLOSE</summary>
    DeleteOnClose = 0x00001000,
}
