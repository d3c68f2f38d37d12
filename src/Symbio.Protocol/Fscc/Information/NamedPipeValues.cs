namespace Symbio.Protocol.Fscc;

/// <summary>FilePipeInformation.ReadMode, [MS-FSCC] 2.4.36.</summary>
public enum PipeReadMode : uint
{
    /// <summary>FILE_PIPE_BYTE_STREAM_MODE</summary>
    ByteStream = 0,
    /// <summary>FILE_PIPE_MESSAGE_MODE</summary>
    Message = 1,
}

/// <summary>FilePipeInformation.CompletionMode, [MS-FSCC] 2.4.36.</summary>
public enum PipeCompletionMode : uint
{
    /// <summary>FILE_PIPE_QUEUE_OPERATION</summary>
    Queue = 0,
    /// <summary>FILE_PIPE_COMPLETE_OPERATION</summary>
    Complete = 1,
}

/// <summary>FilePipeLocalInformation.NamedPipeType, [MS-FSCC] 2.4.37.</summary>
public enum NamedPipeType : uint
{
    /// <summary>FILE_PIPE_BYTE_STREAM_TYPE</summary>
    ByteStream = 0,
    /// <summary>FILE_PIPE_MESSAGE_TYPE</summary>
    Message = 1,
}

/// <summary>FilePipeLocalInformation.NamedPipeConfiguration, [MS-FSCC] 2.4.37.</summary>
public enum NamedPipeConfiguration : uint
{
    /// <summary>FILE_PIPE_INBOUND</summary>
    Inbound = 0,
    /// <summary>FILE_PIPE_OUTBOUND</summary>
    Outbound = 1,
    /// <summary>FILE_PIPE_FULL_DUPLEX</summary>
    FullDuplex = 2,
}

/// <summary>FilePipeLocalInformation.NamedPipeState, [MS-FSCC] 2.4.37.</summary>
public enum NamedPipeState : uint
{
    None = 0,
    /// <summary>FILE_PIPE_DISCONNECTED_STATE</summary>
    Disconnected = 1,
    /// <summary>FILE_PIPE_LISTENING_STATE</summary>
    Listening = 2,
    /// <summary>FILE_PIPE_CONNECTED_STATE</summary>
    Connected = 3,
    /// <summary>FILE_PIPE_CLOSING_STATE</summary>
    Closing = 4,
}

/// <summary>FilePipeLocalInformation.NamedPipeEnd, [MS-FSCC] 2.4.37.</summary>
public enum NamedPipeEnd : uint
{
    /// <summary>FILE_PIPE_CLIENT_END</summary>
    Client = 0,
    /// <summary>FILE_PIPE_SERVER_END</summary>
    Server = 1,
}
