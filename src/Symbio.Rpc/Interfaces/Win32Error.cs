namespace Symbio.Rpc.Interfaces;

/// <summary>Win32 and NERR codes, [MS-ERREF] 2.2: what the NET_API_STATUS of an operation says.</summary>
public enum Win32Error : uint
{
    /// <summary>ERROR_SUCCESS</summary>
    Success = 0,
    /// <summary>ERROR_FILE_NOT_FOUND</summary>
    FileNotFound = 2,
    /// <summary>ERROR_ACCESS_DENIED</summary>
    AccessDenied = 5,
    /// <summary>ERROR_NOT_ENOUGH_MEMORY</summary>
    NotEnoughMemory = 8,
    /// <summary>ERROR_NOT_SUPPORTED</summary>
    NotSupported = 50,
    /// <summary>ERROR_INVALID_PARAMETER</summary>
    InvalidParameter = 87,
    /// <summary>ERROR_INVALID_NAME</summary>
    InvalidName = 123,
    /// <summary>ERROR_INVALID_LEVEL</summary>
    InvalidLevel = 124,
    /// <summary>ERROR_MORE_DATA</summary>
    MoreData = 234,
    /// <summary>NERR_BufTooSmall</summary>
    NerrBufTooSmall = 2123,
    /// <summary>NERR_DuplicateShare</summary>
    NerrDuplicateShare = 2118,
    /// <summary>NERR_UserNotFound</summary>
    NerrUserNotFound = 2221,
    /// <summary>NERR_NetNameNotFound</summary>
    NerrNetNameNotFound = 2310,
    /// <summary>NERR_DeviceNotShared</summary>
    NerrDeviceNotShared = 2311,
    /// <summary>NERR_ClientNameNotFound</summary>
    NerrClientNameNotFound = 2312,
    /// <summary>NERR_FileIdNotFound</summary>
    NerrFileIdNotFound = 2314,
}
