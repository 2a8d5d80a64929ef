namespace Nacre.Tools.Ssh;

/// <summary>What an escape sequence asks for.</summary>
internal enum EscapeAction
{
    None,

    /// <summary>End the connection.</summary>
    Disconnect,

    /// <summary>Send a break to the server.</summary>
    Break,

    /// <summary>Change keys.</summary>
    Rekey,

    /// <summary>List the sequences.</summary>
    Help,

    /// <summary>Stop this process until the shell continues it.</summary>
    Suspend,

    /// <summary>Give the shell its terminal back and go on in the background.</summary>
    Background,

    /// <summary>List what goes on over the connection.</summary>
    ListConnections,

    /// <summary>Take a command line: forwards, or a command to run here.</summary>
    CommandLine,

    /// <summary>Tell more.</summary>
    MoreVerbose,

    /// <summary>Tell less.</summary>
    LessVerbose,

    /// <summary>Show how the connection is protected and what went over it.</summary>
    Information,
}
